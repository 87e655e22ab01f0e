using System.Collections.Concurrent;
using System.Net;

namespace BrokerIm.Cql.Cluster;

/// <summary>The nodes that this session uses, kept in step with what the cluster says.</summary>
internal sealed class ClusterNodes(CqlOptions options, CqlMetrics metrics) : IAsyncDisposable
{
    private readonly Dictionary<IPEndPoint, Node> _nodes = [];
    private readonly ConcurrentDictionary<IPEndPoint, bool> _down = new();
    private readonly List<Task> _leaving = [];
    private readonly CancellationTokenSource _stopping = new();
    private volatile RoutingTable _table = RoutingTable.Empty;
    private TaskCompletionSource _connected = NewSource();
    private uint _rotation;

    /// <summary>Nodes of this datacenter are preferred. Set before the first <see cref="Apply"/>.</summary>
    public string LocalDatacenter { get; set; } = "";

    /// <summary>Protocol version to begin with.</summary>
    public int? Version { get; set; }

    public RoutingTable Table => _table;

    /// <summary>Completes when the next connection has been opened. Take it, then look, then wait.</summary>
    public Task NextConnected => Volatile.Read(ref _connected).Task;

    /// <summary>The order in which to ask for a token of a keyspace; without a keyspace any local node is as good as another.</summary>
    public QueryPlan Plan(string? keyspace, long token)
    {
        var table = _table;
        var replicas = keyspace is null ? [] : table.ReplicasOf(keyspace, token);
        return new(table, replicas, Interlocked.Increment(ref _rotation));
    }

    /// <summary>The node at an address; null if it is not one of ours.</summary>
    public Node? Find(IPEndPoint endPoint)
    {
        lock (_nodes)
            return _nodes.GetValueOrDefault(endPoint);
    }

    /// <summary>All nodes that are connected to, or are to be.</summary>
    public IReadOnlyList<Node> All()
    {
        lock (_nodes)
            return [.. _nodes.Values];
    }

    /// <summary>Takes a new picture of the cluster: begins with nodes that are new, takes leave of those that are gone.</summary>
    public void Apply(Topology topology)
    {
        lock (_nodes)
        {
            if (_stopping.IsCancellationRequested)
                return;

            var used = new Dictionary<NodeRow, Node>();
            foreach (var row in topology.Nodes.Where(IsUsed))
                used[row] = Update(row);

            // Published before anybody leaves, so that no new request goes to who is leaving.
            _table = new(topology, used, LocalDatacenter);
            foreach (var gone in _nodes.Values.Except(used.Values).ToArray())
            {
                _nodes.Remove(gone.EndPoint);
                _leaving.RemoveAll(leave => leave.IsCompletedSuccessfully);
                _leaving.Add(LeaveAsync(gone));
                options.Log.NodeRemoved(gone.EndPoint);
            }
        }

        // A connection may have been ready before its node was in the table.
        TellConnected();
    }

    /// <summary>What a node has heard of another one. Connections that work are believed more.</summary>
    public void Note(IPEndPoint endPoint, bool isUp)
    {
        if (!isUp)
        {
            _down[endPoint] = true;
            return;
        }

        _down.TryRemove(endPoint, out _);
        Find(endPoint)?.TryNow();
    }

    /// <summary>Whether a node can be taken for alive: for those that are connected to it is the connection that counts.</summary>
    public bool IsUp(NodeRow row) => Find(row.EndPoint) is { } node ? node.Connections > 0 : !_down.ContainsKey(row.EndPoint);

    public async ValueTask DisposeAsync()
    {
        Task[] leaving;
        lock (_nodes)
        {
            _stopping.Cancel();
            leaving = [.. _leaving, .. _nodes.Values.Select(node => node.DisposeAsync().AsTask())];
            _nodes.Clear();
            _table = RoutingTable.Empty;
        }

        await Task.WhenAll(leaving);
        _stopping.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool IsUsed(NodeRow row) => options.MayUseRemoteDatacenters || row.Datacenter == LocalDatacenter;

    private Node Update(NodeRow row)
    {
        if (_nodes.TryGetValue(row.EndPoint, out var node))
        {
            node.Row = row;
            return node;
        }

        options.Log.NodeAdded(row.EndPoint, row.Datacenter);
        return _nodes[row.EndPoint] = new(row, options, Version, metrics, TellConnected);
    }

    private void TellConnected() => Interlocked.Exchange(ref _connected, NewSource()).TrySetResult();

    // Whatever is in flight there has ended by then, one way or the other.
    private async Task LeaveAsync(Node node)
    {
        node.Retire();
        await Task.Delay(options.RequestTimeout, options.Time, _stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        await node.DisposeAsync();
    }
}
