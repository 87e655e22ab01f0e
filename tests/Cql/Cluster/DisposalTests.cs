using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Cluster;

public sealed class DisposalTests
{
    [Fact]
    public async Task Request_in_flight_is_waited_for()
    {
        await using var cluster = FakeCluster.OfTwo();
        var session = await cluster.ConnectAsync();
        using var go = new ManualResetEventSlim();
        cluster[0].Answer = cluster[1].Answer = _ =>
        {
            go.Wait(Patience.Token);
            return (Opcode.Result, FakeNode.Void);
        };
        var running = session.QueryAsync("SELECT 1", Patience.Token).AsTask();
        await Eventually.HoldsAsync(() => cluster[0].Requests + cluster[1].Requests == 1);
        var ending = session.DisposeAsync().AsTask();
        go.Set();
        (await running).Dispose();
        await ending;
    }

    [Fact]
    public async Task Request_that_gets_no_answer_fails_and_all_connections_are_closed()
    {
        await using var cluster = FakeCluster.OfTwo();
        var session = await cluster.ConnectAsync();
        cluster[0].Answer = cluster[1].Answer = _ => null;
        var running = session.QueryAsync("SELECT 1", Patience.Token).AsTask();
        await Eventually.HoldsAsync(() => cluster[0].Requests + cluster[1].Requests == 1);
        await session.DisposeAsync();
        await Assert.ThrowsAsync<CqlConnectionException>(() => running);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.QueryAsync("SELECT 1", Patience.Token).AsTask());
        Assert.Empty(session.Nodes);
        await Eventually.HoldsAsync(() => cluster[0].Connections + cluster[1].Connections == 0);
        await session.DisposeAsync();
    }
}
