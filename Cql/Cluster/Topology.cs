namespace BrokerIm.Cql.Cluster;

/// <summary>The cluster as one node described it: its nodes and how each keyspace is replicated over them.</summary>
/// <param name="Nodes">At least the node that was asked, which comes first.</param>
/// <param name="Keyspaces">By name.</param>
/// <param name="IsComplete">False if a node was left out because the cluster does not know enough about it yet.</param>
internal sealed record Topology(
    IReadOnlyList<NodeRow> Nodes, IReadOnlyDictionary<string, CqlReplication> Keyspaces, bool IsComplete);
