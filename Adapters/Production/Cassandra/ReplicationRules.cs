namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Whether a cluster can keep what is promised with the settings as they are. Pure, so that every case can be tried.</summary>
internal static class ReplicationRules
{
    /// <summary>What makes a keyspace that is to be created impossible; each problem names the key.</summary>
    public static IEnumerable<string> ProblemsOfNew(ClusterFacts cluster, CassandraOptions options)
    {
        if (PlaceProblem(cluster, options) is { } problem)
        {
            yield return problem;
            yield break;
        }

        var nodes = cluster.NodesOf[Datacenter(cluster, options)];
        if (nodes < options.ReplicationFactor)
        {
            yield return $"Cassandra:ReplicationFactor = '{options.ReplicationFactor}': datacenter {Datacenter(cluster, options)} has {nodes} "
                + $"node{(nodes == 1 ? "" : "s")}; 1 to {nodes} can be had.";
        }
    }

    /// <summary>What makes the keyspace unfit; each problem names the key.</summary>
    public static IEnumerable<string> Problems(ClusterFacts cluster, CassandraOptions options)
    {
        if (PlaceProblem(cluster, options) is { } problem)
        {
            yield return problem;
            yield break;
        }

        var (replication, datacenter) = (cluster.Replication!, Datacenter(cluster, options));
        if (!replication.IsSimple && !replication.IsPerDatacenter)
        {
            yield return $"Cassandra:Keyspace = '{options.Keyspace}': it is replicated by {replication.Strategy}; "
                + "SimpleStrategy and NetworkTopologyStrategy are allowed.";
            yield break;
        }

        if (replication.IsSimple && cluster.NodesOf.Count > 1 && options.Consistency == CassandraConsistency.LocalQuorum)
        {
            yield return "Cassandra:Consistency = 'LocalQuorum': keyspace "
                + $"{options.Keyspace} has SimpleStrategy, which does not say how many copies are in datacenter {datacenter}; "
                + "use Quorum, or NetworkTopologyStrategy for the keyspace.";
        }

        var factor = replication.FactorIn(datacenter);
        if (factor == 0)
        {
            yield return $"Cassandra:LocalDatacenter = '{options.LocalDatacenter}': keyspace {options.Keyspace} has no copies in datacenter "
                + $"{datacenter}; it has {Describe(replication)}.";
        }
        else if (factor != options.ReplicationFactor)
        {
            yield return $"Cassandra:ReplicationFactor = '{options.ReplicationFactor}': keyspace {options.Keyspace} has {factor} "
                + $"in datacenter {datacenter}; set {factor}, or change the keyspace and repair it.";
        }
        else if (cluster.NodesOf[datacenter] < Quorum(factor))
        {
            yield return $"Cassandra:ReplicationFactor = '{factor}': {Quorum(factor)} nodes must answer, and datacenter {datacenter} has "
                + $"{cluster.NodesOf[datacenter]}.";
        }
    }

    /// <summary>The datacenter that counts as ours.</summary>
    public static string Datacenter(ClusterFacts cluster, CassandraOptions options) =>
        options.LocalDatacenter.Length > 0 ? options.LocalDatacenter : cluster.Datacenter;

    private static string? PlaceProblem(ClusterFacts cluster, CassandraOptions options)
    {
        var known = string.Join(", ", cluster.NodesOf.Keys.Order(StringComparer.Ordinal));
        if (options.LocalDatacenter.Length == 0 && cluster.NodesOf.Count > 1)
            return $"Cassandra:LocalDatacenter = '': the cluster has several datacenters; name one of {known}.";

        return cluster.NodesOf.ContainsKey(Datacenter(cluster, options))
            ? null
            : $"Cassandra:LocalDatacenter = '{options.LocalDatacenter}': the cluster has no such datacenter; it has {known}.";
    }

    private static int Quorum(int factor) => (factor / 2) + 1;

    private static string Describe(Replication replication) =>
        string.Join(", ", replication.Options.Select(static option => $"{option.Key}: {option.Value}"));
}
