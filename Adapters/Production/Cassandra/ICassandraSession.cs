namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// What this adapter needs of a client of Cassandra, and no more: the one file that implements it can be replaced by one for another
/// client. Everything asked through it is safe to repeat, so implementations may send it again when its outcome is unknown.
/// </summary>
/// <remarks>
/// Every member throws <see cref="Core.Ports.DependencyUnavailableException"/> when the cluster does not answer or cannot at the
/// moment, and <see cref="CassandraRefusalException"/> when asking again would change nothing.
/// </remarks>
internal interface ICassandraSession : IAsyncDisposable
{
    /// <summary>Writes rows at the configured consistency: one as it is, several as one unlogged batch.</summary>
    /// <param name="write">What is written; prepared at its first use.</param>
    /// <param name="rows">At least one. Rows of one partition become visible together.</param>
    /// <param name="cancellationToken">Gives up waiting; the rows may still be written.</param>
    ValueTask WriteAsync<TRow>(CassandraWrite<TRow> write, ReadOnlyMemory<TRow> rows, CancellationToken cancellationToken);

    /// <summary>Reads at the configured consistency, or writes under a condition, and returns all rows of the answer.</summary>
    /// <param name="read">What is asked; prepared at its first use.</param>
    /// <param name="key">Whose values it takes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<List<TResult>> ReadAsync<TKey, TResult>(
        CassandraRead<TKey, TResult> read, TKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a statement without values that is not worth preparing, such as one that creates a table. After a change of the schema
    /// it returns once all nodes that are up know of it, so that the next change is made on top of this one.
    /// </summary>
    ValueTask RunAsync(string statement, CancellationToken cancellationToken);
}

/// <summary>Makes sessions. They connect when they are first used and again after every failure.</summary>
internal interface ICassandraConnector
{
    /// <summary>
    /// A session in which names stand for tables of the given keyspace; if that is null, one for looking at the cluster, which asks
    /// nodes of any datacenter.
    /// </summary>
    ICassandraSession Open(string? keyspace);
}

/// <summary>Takes the values of a statement in the order of its markers. Each method returns the same object.</summary>
internal interface IBoundValues
{
    IBoundValues Add(int value);

    IBoundValues Add(long value);

    IBoundValues Add(bool value);

    IBoundValues Add(string value);

    IBoundValues Add(Guid value);

    IBoundValues Add(ReadOnlySpan<byte> value);

    /// <summary>A list, for <c>IN ?</c>.</summary>
    IBoundValues Add(IReadOnlyCollection<int> values);

    /// <inheritdoc cref="Add(IReadOnlyCollection{int})"/>
    IBoundValues Add(IReadOnlyCollection<long> values);
}

/// <summary>One row of an answer; columns by their place in the statement. Not to be kept.</summary>
internal interface ICassandraRow
{
    bool IsNull(int column);

    int Int32(int column);

    long Int64(int column);

    bool Boolean(int column);

    string Text(int column);

    Guid Uuid(int column);

    /// <summary>Bytes that are gone with the row.</summary>
    ReadOnlySpan<byte> Blob(int column);

    IReadOnlyDictionary<string, string> TextMap(int column);
}

/// <summary>
/// The cluster refuses what it was asked for good: a statement it does not understand, a table that is not there, a user who may not.
/// A mistake in the program or in how the cluster is set up, never in the data.
/// </summary>
internal sealed class CassandraRefusalException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether it is the user and password that were refused.</summary>
    public bool IsLogin { get; init; }
}
