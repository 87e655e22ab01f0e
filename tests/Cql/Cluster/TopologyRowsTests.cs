using System.Net;
using BrokerIm.Cql.Cluster;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Cluster;

public sealed class TopologyRowsTests
{
    private const string Murmur3 = "org.apache.cassandra.dht.Murmur3Partitioner";
    private static readonly IPEndPoint s_asked = new(IPAddress.Parse("10.0.0.1"), 9042);
    private static readonly IPAddress s_peer = IPAddress.Parse("10.0.0.2");
    private static readonly Guid s_host = Guid.NewGuid();
    private static readonly Guid s_schema = Guid.NewGuid();

    [Fact]
    public void Node_says_who_it_is()
    {
        using var rows = Local(Murmur3).Read();
        var node = TopologyRows.Local(rows, s_asked);
        Assert.Equal(s_asked, node.EndPoint);
        Assert.Equal((s_host, "dc1", "r1", "4.1.2", s_schema), (node.HostId, node.Datacenter, node.Rack, node.ReleaseVersion, node.SchemaVersion));
        Assert.Equal([-9223372036854775808, 17], node.Tokens.Order());
    }

    [Fact]
    public void Tokens_of_another_partitioner_are_ignored()
    {
        using var rows = Local("org.apache.cassandra.dht.RandomPartitioner").Read();
        Assert.Empty(TopologyRows.Local(rows, s_asked).Tokens);
    }

    [Fact]
    public void Peer_of_cassandra_4_names_its_port()
    {
        using var rows = new FakeRows(
            ("peer", FakeRows.Inet), ("native_address", FakeRows.Inet), ("native_port", FakeRows.Int), ("host_id", FakeRows.Uuid),
            ("data_center", FakeRows.Text), ("rack", FakeRows.Text), ("release_version", FakeRows.Text),
            ("tokens", FakeRows.TextSet), ("schema_version", FakeRows.Uuid))
            .Add(s_peer, IPAddress.Parse("192.168.0.2"), 19042, s_host, "dc2", "r9", "5.0", new[] { "5" }, s_schema)
            .Read();
        var peer = Assert.Single(TopologyRows.Peers(rows, 9042, withTokens: true, out var incomplete));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.168.0.2"), 19042), peer.EndPoint);
        Assert.Equal([5], peer.Tokens);
        Assert.Equal(0, incomplete);
    }

    [Theory]
    [InlineData("10.9.9.9", "10.9.9.9")]
    [InlineData("0.0.0.0", "10.0.0.2")]
    [InlineData("::", "10.0.0.2")]
    public void Peer_of_cassandra_3_listens_on_the_common_port(string told, string expected)
    {
        using var rows = Peers().Add(s_peer, IPAddress.Parse(told), s_host, "dc1", "r1", "2.1.0", new[] { "5" }, s_schema).Read();
        var peer = Assert.Single(TopologyRows.Peers(rows, 4242, withTokens: true, out _));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(expected), 4242), peer.EndPoint);
    }

    [Fact]
    public void Peer_that_the_cluster_hardly_knows_is_left_out()
    {
        using var rows = Peers()
            .Add(s_peer, null, s_host, "dc1", "r1", "2.1.0", new[] { "5" }, s_schema)
            .Add(s_peer, s_peer, null, "dc1", "r1", "2.1.0", new[] { "5" }, s_schema)
            .Add(s_peer, s_peer, s_host, null, "r1", "2.1.0", new[] { "5" }, s_schema)
            .Add(s_peer, s_peer, s_host, "dc1", null, "2.1.0", new[] { "5" }, s_schema)
            .Add(s_peer, s_peer, s_host, "dc1", "r1", null, null, null)
            .Read();
        var peer = Assert.Single(TopologyRows.Peers(rows, 9042, withTokens: true, out var incomplete));
        Assert.Equal(4, incomplete);
        Assert.Empty(peer.Tokens);
        Assert.Empty(peer.ReleaseVersion);
        Assert.Null(peer.SchemaVersion);
    }

    [Fact]
    public void Keyspaces_of_cassandra_3_are_read()
    {
        using var rows = new FakeRows(("keyspace_name", FakeRows.Text), ("replication", FakeRows.TextMap))
            .Add("im", new Dictionary<string, string> { ["class"] = "org.apache.cassandra.locator.SimpleStrategy", ["replication_factor"] = "3" })
            .Read();
        Assert.Equal(3, TopologyRows.Keyspaces(rows)["im"].Factor);
    }

    [Fact]
    public void Keyspaces_of_cassandra_2_are_read()
    {
        using var rows = new FakeRows(("keyspace_name", FakeRows.Text), ("strategy_class", FakeRows.Text), ("strategy_options", FakeRows.Text))
            .Add("im", "org.apache.cassandra.locator.NetworkTopologyStrategy", """{"dc1":"2"}""")
            .Add("system", "org.apache.cassandra.locator.LocalStrategy", "{}")
            .Read();
        var keyspaces = TopologyRows.Keyspaces(rows);
        Assert.Equal(2, keyspaces["im"].FactorOf("dc1"));
        Assert.Equal("LocalStrategy", keyspaces["system"].Strategy);
    }

    private static FakeRows Local(string partitioner) => new FakeRows(
        ("host_id", FakeRows.Uuid), ("data_center", FakeRows.Text), ("rack", FakeRows.Text), ("release_version", FakeRows.Text),
        ("partitioner", FakeRows.Text), ("tokens", FakeRows.TextSet), ("schema_version", FakeRows.Uuid))
        .Add(s_host, "dc1", "r1", "4.1.2", partitioner, new[] { "17", "-9223372036854775808" }, s_schema);

    private static FakeRows Peers() => new(
        ("peer", FakeRows.Inet), ("rpc_address", FakeRows.Inet), ("host_id", FakeRows.Uuid), ("data_center", FakeRows.Text),
        ("rack", FakeRows.Text), ("release_version", FakeRows.Text), ("tokens", FakeRows.TextSet), ("schema_version", FakeRows.Uuid));
}
