using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>How nodes learn statements.</summary>
public sealed class PreparedStatementTests
{
    [Fact]
    public async Task Node_that_forgot_a_statement_is_told_once_for_all_who_need_it()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        var inserts = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => session.PrepareAsync(FakeCluster.Insert, Patience.Token).AsTask()));
        Assert.All(inserts, insert => Assert.Same(inserts[0], insert));
        Assert.Equal(1, cluster[0].Asked(Opcode.Prepare) + cluster[1].Asked(Opcode.Prepare));

        cluster[0].Forget();
        cluster[1].Forget();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FakeCluster.ExecuteAsync(session, inserts[0], FakeCluster.KeyOfFirst)));
        Assert.Equal(20, cluster[0].Asked(Opcode.Execute));
        await FakeCluster.ExecuteAsync(session, inserts[0], FakeCluster.KeyOfFirst);
        Assert.Equal(21, cluster[0].Asked(Opcode.Execute));
    }

    [Fact]
    public async Task Statement_that_means_something_else_elsewhere_is_not_executed()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        var insert = await session.PrepareAsync(FakeCluster.Insert, Patience.Token);
        cluster[0].Forget();
        cluster[0].IdPrefix = "other";
        var error = await Assert.ThrowsAsync<CqlException>(() => FakeCluster.ExecuteAsync(session, insert, FakeCluster.KeyOfFirst));
        Assert.Contains("another id", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, cluster[0].Asked(Opcode.Execute));
    }

    [Fact]
    public async Task Failed_preparation_is_tried_again_by_the_next_who_asks()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        cluster[0].Down();
        cluster[1].Down();
        await Eventually.HoldsAsync(() => session.Nodes.All(node => node.OpenConnections == 0));
        await Assert.ThrowsAsync<CqlNoNodeException>(() => session.PrepareAsync(FakeCluster.Insert, Patience.Token).AsTask());

        cluster[1].Up();
        await Eventually.HoldsAsync(() => session.Nodes[1].OpenConnections == 1);
        Assert.Equal(FakeCluster.Insert, (await session.PrepareAsync(FakeCluster.Insert, Patience.Token)).Text);
    }
}
