namespace BrokerIm.Cql.Tests.Cluster;

public sealed class ReplicationTests
{
    [Fact]
    public void Replication_is_read_from_the_map_of_cassandra_3()
    {
        var replication = CqlReplication.Of(new Dictionary<string, string>
        {
            ["class"] = "org.apache.cassandra.locator.NetworkTopologyStrategy", ["dc1"] = "3", ["dc2"] = "5/2",
        });
        Assert.Equal("NetworkTopologyStrategy", replication.Strategy);
        Assert.Equal(3, replication.FactorOf("dc1"));
        Assert.Equal(5, replication.FactorOf("dc2"));
        Assert.Equal(0, replication.FactorOf("dc3"));
        Assert.DoesNotContain("class", replication.Options.Keys);
    }

    [Fact]
    public void Replication_is_read_from_the_json_of_cassandra_2()
    {
        var replication = CqlReplication.Of("org.apache.cassandra.locator.SimpleStrategy", """{"replication_factor":"2"}""");
        Assert.Equal("SimpleStrategy", replication.Strategy);
        Assert.Equal(2, replication.Factor);
    }

    [Fact]
    public void Strategy_without_options_has_no_factor() =>
        Assert.Equal(0, CqlReplication.Of("org.apache.cassandra.locator.LocalStrategy", "{}").Factor);
}
