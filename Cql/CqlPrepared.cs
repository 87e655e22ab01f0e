namespace BrokerIm.Cql;

/// <summary>A statement that the cluster knows by its id. Made by <see cref="CqlSession.PrepareAsync"/>; share it freely.</summary>
public sealed class CqlPrepared
{
    private const int UsualBytesMax = 1_024;
    private const int UsualBytesStep = 64;

    private int _usualBytes = UsualBytesStep;

    internal CqlPrepared(
        string text, byte[] id, IReadOnlyList<CqlColumn> parameters, IReadOnlyList<int> partitionKey, IReadOnlyList<CqlColumn> columns)
    {
        (Text, Id, Parameters, PartitionKey, Columns) = (text, id, parameters, partitionKey, columns);
    }

    /// <summary>The statement, as it was given.</summary>
    public string Text { get; }

    /// <summary>The values it wants, in order.</summary>
    public IReadOnlyList<CqlColumn> Parameters { get; }

    /// <summary>Which of the values make up the partition key, in the key's order; empty when they do not determine one partition.</summary>
    public IReadOnlyList<int> PartitionKey { get; }

    /// <summary>The columns of its rows; empty for a statement that returns none.</summary>
    public IReadOnlyList<CqlColumn> Columns { get; }

    /// <summary>The id the cluster gave it, [short bytes] on the wire.</summary>
    internal byte[] Id { get; }

    /// <summary>
    /// Bytes that the values of one execution have taken lately: room that the next one begins with. A large value now and then does
    /// not make all others large.
    /// </summary>
    internal int UsualBytes => Volatile.Read(ref _usualBytes);

    /// <summary>Notes what the values of one execution took.</summary>
    internal void NoteBytes(int bytes)
    {
        var room = Math.Min((bytes + UsualBytesStep - 1) / UsualBytesStep * UsualBytesStep, UsualBytesMax);
        if (room != _usualBytes)
            Volatile.Write(ref _usualBytes, room);
    }

    /// <summary>Begins an execution: add the values in order.</summary>
    public CqlStatement Bind() => new(this);
}
