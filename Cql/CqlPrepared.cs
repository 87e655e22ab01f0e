namespace BrokerIm.Cql;

/// <summary>A statement that the cluster knows by its id. Made by <see cref="CqlSession.PrepareAsync"/>; share it freely.</summary>
public sealed class CqlPrepared
{
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

    /// <summary>Begins an execution: add the values in order.</summary>
    public CqlStatement Bind() => new(this);
}
