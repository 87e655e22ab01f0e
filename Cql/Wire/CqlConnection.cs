using System.Net;

namespace BrokerIm.Cql.Wire;

/// <summary>
/// One connection to one node. Many requests share it: each has a stream id, answers come in any order, and what is written while a
/// send is under way goes out with the next one.
/// </summary>
internal sealed class CqlConnection : IAsyncDisposable
{
    /// <summary>The node.</summary>
    public EndPoint Node => throw new NotImplementedException();

    /// <summary>Negotiated: 3 or 4.</summary>
    public int Version => throw new NotImplementedException();

    /// <summary>Completes (never fails) when the connection has ended, with the reason; null when it was disposed of.</summary>
    public Task<Exception?> Ended => throw new NotImplementedException();

    /// <summary>Requests in flight, for choosing the least busy connection.</summary>
    public int InFlight => throw new NotImplementedException();

    /// <summary>
    /// Opens a connection, negotiates the version (highest first, then down to 3), authenticates, and sets the keyspace if the options
    /// name one.
    /// </summary>
    /// <param name="node">Where to.</param>
    /// <param name="options">How.</param>
    /// <param name="version">Version to begin with, when another node's is known; null for the options'.</param>
    /// <param name="onEvent">Takes the events asked for by <see cref="RegisterAsync"/>; null refuses them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static ValueTask<CqlConnection> OpenAsync(
        EndPoint node, CqlOptions options, int? version, Action<CqlEvent>? onEvent, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Sends a QUERY, EXECUTE or BATCH and waits for its answer.</summary>
    /// <param name="request">What.</param>
    /// <param name="deadline">When to give up, on the options' clock's timestamp scale.</param>
    /// <param name="cancellationToken">Gives up; the stream id stays taken until the answer comes.</param>
    /// <exception cref="CqlServerException">The node answered with an error.</exception>
    /// <exception cref="CqlBusyException">No place became free in time; nothing was sent.</exception>
    /// <exception cref="CqlTimeoutException">No answer in time.</exception>
    /// <exception cref="CqlConnectionException">The connection ended.</exception>
    public ValueTask<CqlRows> ExecuteAsync(CqlRequest request, long deadline, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Prepares a statement on this node.</summary>
    public ValueTask<PreparedInfo> PrepareAsync(string text, long deadline, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Asks for events: TOPOLOGY_CHANGE, STATUS_CHANGE, SCHEMA_CHANGE.</summary>
    public ValueTask RegisterAsync(IReadOnlyCollection<string> events, long deadline, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Asks for a sign of life (OPTIONS); returns what the node supports.</summary>
    public ValueTask<IReadOnlyDictionary<string, IReadOnlyList<string>>> OptionsAsync(long deadline, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>What a node answers to PREPARE.</summary>
/// <param name="Id">The statement's id.</param>
/// <param name="Parameters">Values it wants.</param>
/// <param name="PartitionKey">Which of them are the partition key; null where the node does not say (protocol v3).</param>
/// <param name="Columns">Columns of its rows.</param>
internal sealed record PreparedInfo(
    byte[] Id, IReadOnlyList<CqlColumn> Parameters, IReadOnlyList<int>? PartitionKey, IReadOnlyList<CqlColumn> Columns);

/// <summary>What a node tells by itself (native protocol v4, section 4.2.6).</summary>
/// <param name="Kind">TOPOLOGY_CHANGE, STATUS_CHANGE or SCHEMA_CHANGE.</param>
/// <param name="Change">NEW_NODE, REMOVED_NODE, UP, DOWN, CREATED, UPDATED, DROPPED.</param>
/// <param name="Node">The node concerned; null for a change of the schema.</param>
/// <param name="Keyspace">The keyspace concerned; null for a change of nodes.</param>
internal sealed record CqlEvent(string Kind, string Change, IPEndPoint? Node, string? Keyspace);
