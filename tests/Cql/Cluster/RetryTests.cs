using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>What happens to a request when a node does not answer as it should.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_whose_connection_is_lost_is_repeated_only_where_that_does_no_harm(bool isIdempotent)
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        var insert = await session.PrepareAsync(FakeCluster.Insert, Patience.Token);
        cluster[1].Answer = _ =>
        {
            cluster[1].Drop();
            return null;
        };
        var running = FakeCluster.ExecuteAsync(session, insert, FakeCluster.KeyOfSecond, isIdempotent);
        if (isIdempotent)
        {
            await running;
            Assert.Equal(1, cluster[0].Asked(Opcode.Execute));
        }
        else
        {
            var lost = await Assert.ThrowsAsync<CqlConnectionException>(() => running);
            Assert.Equal(cluster[1].EndPoint, lost.Node);
            Assert.Equal(FakeCluster.Insert, lost.Request);
            Assert.Equal(0, cluster[0].Asked(Opcode.Execute));
        }
    }

    [Fact]
    public async Task Node_that_does_not_answer_leaves_time_for_another()
    {
        await using var cluster = FakeCluster.OfTwo();
        var options = cluster.Options();
        await using var session = await cluster.ConnectAsync(options);
        var insert = await session.PrepareAsync(FakeCluster.Insert, Patience.Token);
        cluster[1].Answer = _ => null;
        var statement = insert.Bind();
        statement.Values.Add(FakeCluster.KeyOfSecond);
        statement.IsIdempotent = true;
        statement.Timeout = TimeSpan.FromSeconds(6);
        (await session.ExecuteAsync(statement, Patience.Token)).Dispose();
        Assert.Equal(1, cluster[0].Asked(Opcode.Execute));
    }

    [Fact]
    public async Task Attempts_are_limited()
    {
        await using var cluster = FakeCluster.OfTwo();
        var options = cluster.Options();
        options.MaxAttempts = 3;
        await using var session = await cluster.ConnectAsync(options);
        cluster[0].Answer = cluster[1].Answer = _ => (Opcode.Error, FakeNode.Error(CqlErrorCode.IsBootstrapping, "not yet"));
        var error = await Assert.ThrowsAsync<CqlServerException>(
            () => session.QueryAsync("SELECT 1", Patience.Token).AsTask());
        Assert.Equal(CqlErrorCode.IsBootstrapping, error.Code);
        Assert.Equal(3, cluster[0].Requests + cluster[1].Requests);
    }

    [Fact]
    public async Task Error_that_leaves_the_outcome_open_is_not_hidden_by_a_later_one()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        var insert = await session.PrepareAsync(FakeCluster.Insert, Patience.Token);
        cluster[1].Answer = _ => (Opcode.Error, FakeNode.Error(CqlErrorCode.ServerError, "half done"));
        cluster[0].Answer = _ => (Opcode.Error, FakeNode.Error(CqlErrorCode.Invalid, "no such table"));
        var error = await Assert.ThrowsAsync<CqlServerException>(() => FakeCluster.ExecuteAsync(session, insert, FakeCluster.KeyOfSecond, isIdempotent: true));
        Assert.Equal((CqlErrorCode.ServerError, cluster[1].EndPoint), (error.Code, error.Node));
        Assert.Equal(1, cluster[0].Asked(Opcode.Execute));
    }

    [Fact]
    public async Task Without_any_node_requests_fail_soon_and_say_why()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        cluster[0].Down();
        cluster[1].Down();
        await Eventually.HoldsAsync(() => session.Nodes.All(node => node.OpenConnections == 0));
        var error = await Assert.ThrowsAsync<CqlNoNodeException>(
            () => session.QueryAsync("SELECT 1", Patience.Token).AsTask());
        Assert.Contains(cluster[0].ContactPoint, error.Message, StringComparison.Ordinal);
        Assert.Contains(cluster[1].ContactPoint, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
        Assert.Equal("SELECT 1", error.Request);

        cluster[1].Up();
        await Eventually.HoldsAsync(() => session.Nodes[1].OpenConnections == 1);
        (await session.QueryAsync("SELECT 1", Patience.Token)).Dispose();
    }
}
