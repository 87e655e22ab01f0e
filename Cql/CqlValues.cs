using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql;

/// <summary>
/// Values for the bind markers of a statement, encoded as they are added (native protocol v4, section 6). Each method adds the next
/// value; of a prepared statement it must be of the marker's type.
/// </summary>
public sealed partial class CqlValues
{
    private readonly CqlPrepared? _prepared;
    private readonly WireBuffer _buffer;
    private readonly List<int> _starts;

    internal CqlValues(CqlPrepared? prepared)
    {
        _prepared = prepared;
        _buffer = new(prepared?.UsualBytes ?? 0);
        _starts = new(prepared?.Parameters.Count ?? 0);
    }

    /// <summary>Values so far.</summary>
    public int Count => _starts.Count;

    /// <summary>Bytes of all values as they go on the wire.</summary>
    public int EncodedLength => _buffer.Length;

    /// <summary>All values as they go on the wire: [int] length and bytes each.</summary>
    internal ReadOnlySpan<byte> Encoded => _buffer.Written;

    internal CqlPrepared? Prepared => _prepared;

    /// <summary>Whether a value is left unset, which takes protocol v4.</summary>
    internal bool HasUnset { get; private set; }

    /// <summary>Forgets all values, so that the statement can be used again once its execution has ended.</summary>
    public void Clear()
    {
        _buffer.Clear();
        _starts.Clear();
        HasUnset = false;
    }

    /// <summary>The bytes of one value without their length; empty for null.</summary>
    internal ReadOnlySpan<byte> BytesOf(int index)
    {
        var end = index + 1 < _starts.Count ? _starts[index + 1] : _buffer.Length;
        return _buffer.Written[(_starts[index] + sizeof(int))..end];
    }
}
