using System.Collections.Concurrent;

namespace BrokerIm.Cql.Cluster;

/// <summary>
/// Which nodes to ask for what: one unchangeable picture of the cluster. The replicas of a keyspace are worked out when they are
/// first asked for.
/// </summary>
internal sealed class RoutingTable
{
    private static readonly Node[] s_none = [];

    private readonly Topology _topology;
    private readonly TokenRing _ring;
    private readonly ConcurrentDictionary<string, Node[][]> _replicas = new();
    private readonly Dictionary<NodeRow, Node> _nodes;
    private readonly string _localDatacenter;

    /// <param name="topology">The cluster.</param>
    /// <param name="nodes">The nodes that are connected to, by their rows in <paramref name="topology"/>.</param>
    /// <param name="localDatacenter">Its nodes are preferred.</param>
    public RoutingTable(Topology topology, Dictionary<NodeRow, Node> nodes, string localDatacenter)
    {
        (_topology, _nodes, _localDatacenter) = (topology, nodes, localDatacenter);
        _ring = new(topology.Nodes);
        Local = [.. nodes.Where(pair => pair.Key.Datacenter == localDatacenter).Select(pair => pair.Value)];
        Remote = [.. nodes.Where(pair => pair.Key.Datacenter != localDatacenter).Select(pair => pair.Value)];
    }

    /// <summary>No cluster at all.</summary>
    public static RoutingTable Empty { get; } = new(new([], new Dictionary<string, CqlReplication>(), true), [], "");

    public Topology Topology => _topology;

    public Node[] Local { get; }

    public Node[] Remote { get; }

    /// <summary>The local replicas of a token, its owner first; none where they cannot be known.</summary>
    public Node[] ReplicasOf(string keyspace, long token)
    {
        if (_ring.Count == 0 || !_topology.Keyspaces.TryGetValue(keyspace, out var replication))
            return s_none;
        var ranges = _replicas.GetOrAdd(keyspace, static (_, state) => state.Table.Place(state.Replication), (Table: this, Replication: replication));
        return ranges[_ring.RangeOf(token)];
    }

    private Node[][] Place(CqlReplication replication) =>
        [.. ReplicaPlacement.Of(_ring, _topology.Nodes, replication).Select(LocalNodes)];

    private Node[] LocalNodes(int[] replicas) =>
    [
        .. replicas
            .Select(index => _topology.Nodes[index])
            .Where(row => row.Datacenter == _localDatacenter)
            .Select(row => _nodes[row]),
    ];
}
