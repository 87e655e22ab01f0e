using System.Buffers;
using System.Net;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql;

/// <summary>
/// The answer to a request: its rows, if it has any. Read forward, row by row, columns by index; what is returned as a span lives in
/// the answer's buffer and must not be used after <see cref="Dispose"/>, which gives the buffer back.
/// </summary>
public sealed partial class CqlRows : IDisposable
{
    private readonly byte[] _buffer;
    private readonly int _end;
    private readonly (int Start, int Length)[] _cells;
    private int _position;
    private bool _disposed;

    /// <param name="buffer">Rented from the shared pool; the rows of the answer are in it, from <paramref name="start"/> to <paramref name="end"/>.</param>
    /// <param name="start">Where the first row begins.</param>
    /// <param name="end">Where the last row ends.</param>
    /// <param name="count">Rows.</param>
    /// <param name="columns">Columns.</param>
    internal CqlRows(byte[] buffer, int start, int end, int count, IReadOnlyList<CqlColumn> columns)
    {
        (_buffer, _position, _end, Count, Columns) = (buffer, start, end, count, columns);
        _cells = columns.Count == 0 ? [] : new (int, int)[columns.Count];
        Left = count;
    }

    /// <summary>Rows of this page.</summary>
    public int Count { get; }

    /// <summary>Rows that <see cref="Read"/> has not reached.</summary>
    public int Left { get; private set; }

    /// <summary>Columns of each row; empty for an answer without rows.</summary>
    public IReadOnlyList<CqlColumn> Columns { get; }

    /// <summary>Where the next page begins; null when this is the last.</summary>
    public byte[]? PagingState { get; internal init; }

    /// <summary>Id of the trace that was asked for.</summary>
    public Guid? TracingId { get; internal init; }

    /// <summary>What the coordinator warns of (protocol v4).</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>The node that answered.</summary>
    public EndPoint? Node { get; internal set; }

    /// <summary>Whether the statement changed the schema, which other nodes learn a little later.</summary>
    public bool ChangedSchema { get; internal init; }

    /// <summary>
    /// Moves to the next row; false after the last. Values of the row are then there by index.
    /// </summary>
    /// <exception cref="CqlProtocolException">The rows end too soon.</exception>
    public bool Read()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Left == 0)
            return false;

        var reader = new WireReader(_buffer.AsSpan(_position, _end - _position));
        for (var i = 0; i < _cells.Length; i++)
        {
            var length = reader.Int();
            _cells[i] = (_position + reader.Position, length);
            if (length > 0)
                reader.Take(length);
        }

        _position += reader.Position;
        Left--;
        return true;
    }

    /// <summary>Whether the column of the current row is null.</summary>
    public bool IsNull(int column) => _cells[column].Length < 0;

    /// <summary>The column's bytes as they came; empty for null.</summary>
    public ReadOnlySpan<byte> GetRaw(int column)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var (start, length) = _cells[column];
        return length <= 0 ? default : _buffer.AsSpan(start, length);
    }

    /// <summary>Index of a column.</summary>
    /// <exception cref="CqlTypeException">There is none of this name.</exception>
    public int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Name == column)
                return i;
        }

        throw new CqlTypeException($"The answer has no column {column}.");
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
    }
}
