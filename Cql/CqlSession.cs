namespace BrokerIm.Cql;

/// <summary>
/// A cluster, ready to be asked: connections to its nodes, the map of who owns what, and the rules for trying again. One per process
/// and cluster; safe for use by many at once.
/// </summary>
public sealed class CqlSession : IAsyncDisposable
{
    /// <summary>Connects to the first contact point that answers and learns the cluster from it.</summary>
    /// <exception cref="CqlNoNodeException">None answers; the inner exception is the last reason.</exception>
    /// <exception cref="CqlAuthenticationException">The cluster refuses the credentials.</exception>
    public static ValueTask<CqlSession> ConnectAsync(CqlOptions options, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Prepares a statement, or returns it if this session has prepared it before.</summary>
    public ValueTask<CqlPrepared> PrepareAsync(string text, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Runs a statement or a batch on the best node for it. Dispose of the answer.</summary>
    public ValueTask<CqlRows> ExecuteAsync(CqlRequest request, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Runs a plain statement without values. Dispose of the answer.</summary>
    public ValueTask<CqlRows> QueryAsync(string text, CancellationToken cancellationToken) =>
        ExecuteAsync(new CqlStatement(text), cancellationToken);

    /// <summary>Runs a statement page by page, until there are no more. Each page is disposed of when the next is asked for.</summary>
    public IAsyncEnumerable<CqlRows> ReadPagesAsync(CqlStatement statement, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
