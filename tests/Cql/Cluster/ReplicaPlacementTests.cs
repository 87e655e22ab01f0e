using BrokerIm.Cql.Cluster;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>Rings worked out by hand.</summary>
public sealed class ReplicaPlacementTests
{
    [Fact]
    public void Simple_strategy_takes_the_next_nodes_around_the_ring()
    {
        var nodes = new[] { Rings.Node("r", 0), Rings.Node("r", 10), Rings.Node("r", 20), Rings.Node("r", 30) };
        Assert.Equal([[0, 1], [1, 2], [2, 3], [3, 0]], Place(nodes, Rings.Simple(2)));
    }

    [Fact]
    public void Simple_strategy_takes_no_node_twice()
    {
        // Around the ring: 0, 0, 1, 2.
        var nodes = new[] { Rings.Node("r", 0, 10), Rings.Node("r", 20), Rings.Node("r", 30) };
        Assert.Equal([[0, 1], [0, 1], [1, 2], [2, 0]], Place(nodes, Rings.Simple(2)));
    }

    [Fact]
    public void Simple_strategy_takes_all_nodes_where_there_are_too_few()
    {
        var nodes = new[] { Rings.Node("r", 0), Rings.Node("r", 10) };
        Assert.Equal([[0, 1], [1, 0]], Place(nodes, Rings.Simple(3)));
    }

    [Fact]
    public void Racks_come_before_neighbours()
    {
        var nodes = new[] { Rings.Node("r1", 0), Rings.Node("r1", 10), Rings.Node("r2", 20), Rings.Node("r2", 30) };
        Assert.Equal([[0, 2], [1, 2], [2, 0], [3, 0]], Place(nodes, Rings.PerDatacenter(("dc1", 2))));
    }

    [Fact]
    public void Racks_are_used_twice_where_there_are_too_few()
    {
        var nodes = new[] { Rings.Node("r1", 0), Rings.Node("r1", 10), Rings.Node("r2", 20), Rings.Node("r2", 30) };
        Assert.Equal([[0, 1, 2], [1, 2, 3], [2, 3, 0], [3, 0, 1]], Place(nodes, Rings.PerDatacenter(("dc1", 3))));
    }

    [Fact]
    public void One_rack_is_no_obstacle()
    {
        var nodes = new[] { Rings.Node("r", 0), Rings.Node("r", 10), Rings.Node("r", 20) };
        Assert.Equal([[0, 1], [1, 2], [2, 0]], Place(nodes, Rings.PerDatacenter(("dc1", 2))));
    }

    [Fact]
    public void A_lonely_rack_gets_a_copy_of_everything()
    {
        // The node in r2 is alone there, so that every range has to come to it.
        var nodes = new[] { Rings.Node("r1", 0), Rings.Node("r1", 10), Rings.Node("r1", 20), Rings.Node("r2", 30) };
        Assert.Equal([[0, 3], [1, 3], [2, 3], [3, 0]], Place(nodes, Rings.PerDatacenter(("dc1", 2))));
    }

    [Fact]
    public void Each_datacenter_has_its_own_factor()
    {
        var nodes = new[]
        {
            Rings.In("dc1", "r", 0), Rings.In("dc2", "r", 10), Rings.In("dc1", "r", 20), Rings.In("dc2", "r", 30),
        };
        Assert.Equal(
            [[0, 1, 3], [1, 2, 3], [2, 3, 1], [3, 0, 1]], Place(nodes, Rings.PerDatacenter(("dc1", 1), ("dc2", 2))));
    }

    [Fact]
    public void Racks_of_the_same_name_in_two_datacenters_are_two()
    {
        var nodes = new[]
        {
            Rings.In("dc1", "r1", 0), Rings.In("dc2", "r1", 10), Rings.In("dc1", "r2", 20), Rings.In("dc2", "r2", 30),
        };
        Assert.Equal(
            [[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]],
            Place(nodes, Rings.PerDatacenter(("dc1", 2), ("dc2", 2))));
    }

    [Fact]
    public void Datacenter_that_the_keyspace_does_not_name_holds_nothing()
    {
        var nodes = new[] { Rings.In("dc1", "r", 0), Rings.In("dc2", "r", 10) };
        Assert.Equal([[1], [1]], Place(nodes, Rings.PerDatacenter(("dc2", 3), ("dc9", 3))));
    }

    [Fact]
    public void Of_an_unknown_strategy_only_the_owner_is_known()
    {
        var nodes = new[] { Rings.Node("r", 0), Rings.Node("r", 10) };
        Assert.Equal([[0], [1]], Place(nodes, new("EverywhereStrategy", new Dictionary<string, string>())));
    }

    private static int[][] Place(NodeRow[] nodes, CqlReplication replication) =>
        ReplicaPlacement.Of(new(nodes), nodes, replication);
}
