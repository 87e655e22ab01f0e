using System.Collections.Concurrent;
using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>Which node is asked.</summary>
public sealed class RoutingTests
{
    [Fact]
    public async Task Nodes_are_found_through_one_and_all_of_them_are_asked()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        Assert.Equal([cluster[0].EndPoint, cluster[1].EndPoint], session.Nodes.Select(node => node.EndPoint));

        for (var i = 0; i < 10; i++)
            (await session.QueryAsync("SELECT 1", Patience.Token)).Dispose();
        Assert.Equal((5, 5), (cluster[0].Requests, cluster[1].Requests));
    }

    [Theory]
    [InlineData(FakeCluster.KeyOfFirst, 0)]
    [InlineData(FakeCluster.KeyOfSecond, 1)]
    public async Task Replica_of_the_partition_is_asked(string key, int replica)
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        var insert = await session.PrepareAsync(FakeCluster.Insert, Patience.Token);
        for (var i = 0; i < 10; i++)
            await FakeCluster.ExecuteAsync(session, insert, key);
        Assert.Equal((10, 0), (cluster[replica].Asked(Opcode.Execute), cluster[1 - replica].Asked(Opcode.Execute)));
    }

    [Fact]
    public async Task Batch_goes_where_its_first_statement_belongs()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        var insert = await session.PrepareAsync(FakeCluster.Insert, Patience.Token);
        for (var i = 0; i < 10; i++)
        {
            var batch = new CqlBatch(CqlBatchKind.Unlogged);
            batch.Add(insert).Add(FakeCluster.KeyOfSecond);
            batch.Add(insert).Add(FakeCluster.KeyOfFirst);
            (await session.ExecuteAsync(batch, Patience.Token)).Dispose();
        }

        Assert.Equal((0, 10), (cluster[0].Requests, cluster[1].Requests));
    }

    [Fact]
    public async Task Another_node_is_asked_while_the_replica_is_away_and_the_replica_when_it_is_back()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        var insert = await session.PrepareAsync(FakeCluster.Insert, Patience.Token);
        cluster[1].Down();
        await Eventually.HoldsAsync(() => session.Nodes[1].OpenConnections == 0);
        await FakeCluster.ExecuteAsync(session, insert, FakeCluster.KeyOfSecond);
        Assert.Equal(1, cluster[0].Asked(Opcode.Execute));

        cluster[1].Up();
        await Eventually.HoldsAsync(() => session.Nodes[1].OpenConnections == 1);
        await FakeCluster.ExecuteAsync(session, insert, FakeCluster.KeyOfSecond);
        Assert.Equal((1, 1), (cluster[0].Asked(Opcode.Execute), cluster[1].Asked(Opcode.Execute)));
    }

    [Fact]
    public async Task Full_connection_sends_the_next_request_elsewhere()
    {
        await using var cluster = FakeCluster.OfTwo();
        var options = cluster.Options();
        options.MaxInFlightPerConnection = 1;
        await using var session = await cluster.ConnectAsync(options);
        var insert = await session.PrepareAsync(FakeCluster.Insert, Patience.Token);
        cluster[1].Answer = _ => null;
        var stuck = FakeCluster.ExecuteAsync(session, insert, FakeCluster.KeyOfSecond);
        await Eventually.HoldsAsync(() => cluster[1].Asked(Opcode.Execute) == 1);
        await FakeCluster.ExecuteAsync(session, insert, FakeCluster.KeyOfSecond);
        Assert.Equal(1, cluster[0].Asked(Opcode.Execute));

        cluster[1].Drop();
        await Assert.ThrowsAsync<CqlConnectionException>(() => stuck);
    }

    [Fact]
    public async Task Requests_spread_over_the_connections_to_a_node()
    {
        await using var cluster = new FakeCluster();
        cluster.Add("dc1", "r1", 0);
        var options = cluster.Options();
        options.ConnectionsPerNode = 2;
        options.MaxInFlightPerConnection = 2;
        await using var session = await cluster.ConnectAsync(options);

        var peers = new ConcurrentBag<FakePeer>();
        cluster[0].Seen = peers.Add;
        cluster[0].Answer = _ => null;
        var stuck = Enumerable.Range(0, 4).Select(_ => session.QueryAsync("SELECT 1", Patience.Token).AsTask()).ToArray();
        await Eventually.HoldsAsync(() => peers.Count == 4);
        Assert.Equal([2, 2], peers.GroupBy(peer => peer).Select(group => group.Count()));

        cluster[0].Drop();
        foreach (var request in stuck)
            await Assert.ThrowsAsync<CqlConnectionException>(() => request);
    }
}
