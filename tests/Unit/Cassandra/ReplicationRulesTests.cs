using BrokerIm.Adapters.Production.Cassandra;

namespace BrokerIm.Tests.Unit.Cassandra;

/// <summary>A cluster that cannot keep the promise is refused before anything starts, and the message says what to change.</summary>
public sealed class ReplicationRulesTests
{
    private readonly CassandraOptions _options = new();

    [Fact]
    public void Three_copies_in_the_only_datacenter_are_right()
    {
        Assert.Empty(ReplicationRules.Problems(Cluster(Simple(3), ("dc1", 3)), _options));
        Assert.Empty(ReplicationRules.Problems(Cluster(PerDatacenter(("dc1", "3")), ("dc1", 5)), _options));
        Assert.Empty(ReplicationRules.ProblemsOfNew(Cluster(null, ("dc1", 3)), _options));
    }

    [Fact]
    public void Every_datacenter_may_have_its_own_number_and_ours_counts()
    {
        _options.LocalDatacenter = "dc2";
        var cluster = Cluster(PerDatacenter(("dc1", "5"), ("dc2", "3/1")), ("dc1", 5), ("dc2", 3));
        Assert.Empty(ReplicationRules.Problems(cluster, _options));
    }

    [Fact]
    public void Another_number_than_configured_is_refused() => AssertProblem(
        "Cassandra:ReplicationFactor = '3': keyspace brokerim has 1 in datacenter dc1; set 1",
        ReplicationRules.Problems(Cluster(Simple(1), ("dc1", 3)), _options));

    [Fact]
    public void No_copies_here_are_refused()
    {
        _options.LocalDatacenter = "dc2";
        AssertProblem(
            "Cassandra:LocalDatacenter = 'dc2': keyspace brokerim has no copies in datacenter dc2; it has dc1: 3.",
            ReplicationRules.Problems(Cluster(PerDatacenter(("dc1", "3")), ("dc1", 3), ("dc2", 3)), _options));
    }

    [Fact]
    public void Unknown_datacenter_is_refused_with_the_known_ones()
    {
        _options.LocalDatacenter = "dc3";
        var cluster = Cluster(Simple(3), ("dc1", 3), ("dc2", 3));
        AssertProblem("Cassandra:LocalDatacenter = 'dc3': the cluster has no such datacenter; it has dc1, dc2.", ReplicationRules.Problems(cluster, _options));
        AssertProblem("Cassandra:LocalDatacenter = 'dc3'", ReplicationRules.ProblemsOfNew(cluster, _options));
    }

    [Fact]
    public void One_of_several_datacenters_must_be_named() => AssertProblem(
        "Cassandra:LocalDatacenter = '': the cluster has several datacenters; name one of dc1, dc2.",
        ReplicationRules.ProblemsOfNew(Cluster(null, ("dc1", 3), ("dc2", 3)), _options));

    [Fact]
    public void Local_quorum_needs_to_know_how_many_are_local()
    {
        _options.LocalDatacenter = "dc1";
        var cluster = Cluster(Simple(3), ("dc1", 3), ("dc2", 3));
        AssertProblem("Cassandra:Consistency = 'LocalQuorum'", ReplicationRules.Problems(cluster, _options));

        _options.Consistency = CassandraConsistency.Quorum;
        Assert.Empty(ReplicationRules.Problems(cluster, _options));
    }

    [Fact]
    public void Too_few_nodes_for_a_quorum_are_refused()
    {
        AssertProblem("Cassandra:ReplicationFactor = '3': 2 nodes must answer, and datacenter dc1 has 1.", ReplicationRules.Problems(Cluster(Simple(3), ("dc1", 1)), _options));
        AssertProblem("Cassandra:ReplicationFactor = '3': datacenter dc1 has 2 nodes; 1 to 2 can be had.", ReplicationRules.ProblemsOfNew(Cluster(null, ("dc1", 2)), _options));
    }

    [Fact]
    public void Another_strategy_is_refused() => AssertProblem(
        "Cassandra:Keyspace = 'brokerim': it is replicated by LocalStrategy",
        ReplicationRules.Problems(Cluster(Replication.Of("org.apache.cassandra.locator.LocalStrategy", new Dictionary<string, string>()), ("dc1", 3)), _options));

    private static void AssertProblem(string beginning, IEnumerable<string> problems) =>
        Assert.StartsWith(beginning, Assert.Single(problems), StringComparison.Ordinal);

    private static ClusterFacts Cluster(Replication? replication, params (string Name, int Nodes)[] datacenters) => new(
        new(4, 1), datacenters[0].Name, datacenters.ToDictionary(place => place.Name, place => place.Nodes), replication, HasSchemaTable: true);

    private static Replication Simple(int factor) => Replication.Of(new Dictionary<string, string>
    {
        ["class"] = "org.apache.cassandra.locator.SimpleStrategy",
        ["replication_factor"] = $"{factor}",
    });

    private static Replication PerDatacenter(params (string Name, string Factor)[] datacenters) => Replication.Of(
        "org.apache.cassandra.locator.NetworkTopologyStrategy",
        datacenters.ToDictionary(place => place.Name, place => place.Factor));
}
