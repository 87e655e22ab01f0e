using System.Runtime.CompilerServices;
using BrokerIm.Cql.Cluster;
using BrokerIm.Cql.Routing;

namespace BrokerIm.Cql;

/// <summary>
/// A cluster, ready to be asked: connections to its nodes, the map of who owns what, and the rules for trying again. One per process
/// and cluster; safe for use by many at once.
/// </summary>
public sealed class CqlSession : IAsyncDisposable
{
    /// <summary>How long requests in flight may take to end when the session is disposed of.</summary>
    private static readonly TimeSpan s_lastRequests = TimeSpan.FromSeconds(1);

    private readonly CqlOptions _options;
    private readonly RequestGate _gate = new();
    private readonly ClusterNodes _nodes;
    private readonly ControlConnection _control;
    private readonly RequestRunner _runner;
    private readonly PreparedStatements _prepared;
    private readonly SchemaAgreement _agreement;
    private readonly Lazy<Task> _ending;

    private CqlSession(CqlOptions options)
    {
        var metrics = new CqlMetrics(options.Meter);
        var keys = new PartitionKeys();
        _options = options;
        _nodes = new(options, metrics);
        _control = new(options, _nodes, keys.Clear);
        _runner = new(_nodes, _gate, options, metrics);
        _prepared = new(_runner, keys, options);
        _agreement = new(_nodes, _control, options);
        _ending = new(EndAsync);
    }

    /// <summary>The nodes that this session uses: those of its own datacenter, or all of them.</summary>
    public IReadOnlyList<CqlNode> Nodes => [.. _nodes.All().Select(node => node.Describe())];

    /// <summary>The datacenter whose nodes are preferred.</summary>
    public string LocalDatacenter => _nodes.LocalDatacenter;

    /// <summary>Connects to the first contact point that answers and learns the cluster from it.</summary>
    /// <returns>A session with at least one connection; the others follow in the background.</returns>
    /// <exception cref="ArgumentException">Options are missing or out of bounds; says which, all at once.</exception>
    /// <exception cref="CqlNoNodeException">None answers; the message says why, for each, and the inner exception is the last reason.</exception>
    /// <exception cref="CqlAuthenticationException">The cluster refuses the credentials.</exception>
    /// <exception cref="CqlServerException">There is no such keyspace, or it must not be used.</exception>
    public static async ValueTask<CqlSession> ConnectAsync(CqlOptions options, CancellationToken cancellationToken)
    {
        OptionsCheck.Run(options);
        var session = new CqlSession(options);
        try
        {
            await session._control.StartAsync(cancellationToken);
            await session._runner.WaitForNodeAsync(options.ConnectTimeout, cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Prepares a statement, or returns it if this session has prepared it before. Statements are kept for the session's life, so
    /// values belong into bind markers, not into the text.
    /// </summary>
    /// <exception cref="CqlException">As for <see cref="ExecuteAsync"/>.</exception>
    public async ValueTask<CqlPrepared> PrepareAsync(string text, CancellationToken cancellationToken) =>
        await _prepared.GetAsync(text, cancellationToken);

    /// <summary>Runs a statement or a batch on the best node for it. Dispose of the answer.</summary>
    /// <remarks>
    /// The best node is a replica, where the partition is known. Other nodes are asked when that one cannot be reached, or answers
    /// with an error that makes it worth while; what may have been done already is sent again only if
    /// <see cref="CqlRequest.IsIdempotent"/>. A statement that changes the schema returns when all nodes agree on it, or after ten
    /// seconds, with a warning in the log.
    /// </remarks>
    /// <exception cref="ArgumentException">A USE statement: the session has many connections. <see cref="CqlOptions.Keyspace"/> is for all.</exception>
    /// <exception cref="CqlServerException">The cluster refuses the request, or cannot carry it out.</exception>
    /// <exception cref="CqlNoNodeException">No node is connected, nor was within a second or the request's time, if that is shorter.</exception>
    /// <exception cref="CqlBusyException">Too much is in flight; nothing was sent.</exception>
    /// <exception cref="CqlTimeoutException">No answer in time; it may have been done.</exception>
    /// <exception cref="CqlConnectionException">The connection ended before the answer; it may have been done.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CqlRows> ExecuteAsync(CqlRequest request, CancellationToken cancellationToken)
    {
        RefuseUse(request);
        var rows = await _runner.RunAsync(
            FactsOf(request), (_prepared, request),
            static (connection, state, deadline, cancel) => state._prepared.ExecuteAsync(connection, state.request, deadline, cancel),
            cancellationToken);
        if (rows.ChangedSchema)
            await _agreement.WaitAsync(rows.Node, cancellationToken);
        return rows;
    }

    /// <summary>Runs a plain statement without values. Dispose of the answer.</summary>
    /// <exception cref="CqlException">As for <see cref="ExecuteAsync"/>.</exception>
    public ValueTask<CqlRows> QueryAsync(string text, CancellationToken cancellationToken) =>
        ExecuteAsync(new CqlStatement(text), cancellationToken);

    /// <summary>
    /// Runs a statement page by page, from its <see cref="CqlStatement.PagingState"/> on, until there are no more. Each page is
    /// disposed of when the next is asked for, and has the request's time for itself.
    /// </summary>
    /// <exception cref="CqlException">As for <see cref="ExecuteAsync"/>.</exception>
    public async IAsyncEnumerable<CqlRows> ReadPagesAsync(
        CqlStatement statement, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = statement.PagingState;
        try
        {
            do
            {
                using var page = await ExecuteAsync(statement, cancellationToken);
                statement.PagingState = page.PagingState;
                yield return page;
            }
            while (statement.PagingState is not null);
        }
        finally
        {
            statement.PagingState = first;
        }
    }

    /// <summary>How a keyspace is replicated; null if the session knows none of this name, which may be a second or two old.</summary>
    public CqlReplication? ReplicationOf(string keyspace) => _nodes.Table.Topology.Keyspaces.GetValueOrDefault(keyspace);

    /// <summary>Waits until all nodes that are alive have the same schema.</summary>
    /// <returns>False if they do not within ten seconds.</returns>
    public ValueTask<bool> AwaitSchemaAgreementAsync(CancellationToken cancellationToken) =>
        _agreement.WaitAsync(first: null, cancellationToken);

    /// <summary>Waits a second at most for requests in flight, then closes all connections: what is left fails.</summary>
    public ValueTask DisposeAsync() => new(_ending.Value);

    private async Task EndAsync()
    {
        await Task.WhenAny(_gate.CloseAsync(), Task.Delay(s_lastRequests, _options.Time));
        await _control.DisposeAsync();
        await _nodes.DisposeAsync();
    }

    private static void RefuseUse(CqlRequest request)
    {
        if (request is CqlStatement { Prepared: null } statement
            && statement.Text.AsSpan().TrimStart().StartsWith("USE ", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException("USE would hold for one connection of many; name the keyspace in the options.", nameof(request));
        }
    }

    private RequestFacts FactsOf(CqlRequest request) => new(
        request.Description,
        request.IsIdempotent,
        IsOneWrite: request is not CqlBatch { Kind: not CqlBatchKind.Logged, Count: > 1 },
        request.Timeout ?? _options.RequestTimeout,
        RoutingKey.TryGetToken(request, out var token) ? request.RoutingValues!.Prepared!.Parameters[0].Keyspace : null,
        token);
}
