using System.Net;
using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>How the session learns of the cluster, and of what becomes of it.</summary>
public sealed class ControlConnectionTests
{
    [Fact]
    public async Task First_contact_point_that_answers_is_enough()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var dead = new FakeNode((_, peer) =>
        {
            peer.Close();
            return ValueTask.CompletedTask;
        });
        var options = cluster.Options();
        options.ContactPoints.Insert(0, dead.EndPoint.ToString()!);
        await using var session = await cluster.ConnectAsync(options);
        Assert.Equal(2, session.Nodes.Count);
    }

    [Fact]
    public async Task Where_no_contact_point_answers_each_is_named()
    {
        await using var dead = new FakeNode((_, peer) =>
        {
            peer.Close();
            return ValueTask.CompletedTask;
        });
        var options = new CqlOptions { ContactPoints = { dead.EndPoint.ToString()!, "no-such-host.invalid:77" } };
        var error = await Assert.ThrowsAsync<CqlNoNodeException>(() => CqlSession.ConnectAsync(options, Patience.Token).AsTask());
        Assert.Contains(dead.EndPoint.ToString()!, error.Message, StringComparison.Ordinal);
        Assert.Contains("no-such-host.invalid", error.Message, StringComparison.Ordinal);
        Assert.IsType<CqlConnectionException>(error.InnerException);
    }

    [Fact]
    public async Task Options_out_of_bounds_are_all_named()
    {
        var options = new CqlOptions
        {
            ContactPoints = { "host:port" },
            MaxProtocolVersion = 5,
            ConnectionsPerNode = 0,
            MaxInFlightPerConnection = 40_000,
            MaxAttempts = 0,
            PageSize = -1,
            MaxResponseBytes = 0,
            RequestTimeout = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.Zero,
            HeartbeatInterval = TimeSpan.Zero,
            ReconnectMin = TimeSpan.FromMinutes(1),
        };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => CqlSession.ConnectAsync(options, Patience.Token).AsTask());
        Assert.All(
            ["host:port", "MaxProtocolVersion", "ConnectionsPerNode", "MaxInFlight", "MaxAttempts", "PageSize", "MaxResponseBytes",
                "RequestTimeout", "ConnectTimeout", "HeartbeatInterval", "ReconnectMax"],
            name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ArgumentException>(() => CqlSession.ConnectAsync(new CqlOptions(), Patience.Token).AsTask());
    }

    [Fact]
    public async Task Refused_credentials_are_not_mistaken_for_a_node_that_is_away()
    {
        await using var node = new FakeNode((request, peer) => peer.SendAsync(
            request.Stream, Opcode.Error, FakeNode.Error(CqlErrorCode.BadCredentials, "who are you?")));
        var options = new CqlOptions { ContactPoints = { node.EndPoint.ToString()! } };
        await Assert.ThrowsAsync<CqlAuthenticationException>(() => CqlSession.ConnectAsync(options, Patience.Token).AsTask());
    }

    [Fact]
    public async Task Datacenter_without_nodes_is_refused_with_those_that_have_some()
    {
        await using var cluster = FakeCluster.OfTwo();
        var options = cluster.Options();
        options.LocalDatacenter = "dc9";
        var error = await Assert.ThrowsAsync<CqlNoNodeException>(() => CqlSession.ConnectAsync(options, Patience.Token).AsTask());
        Assert.Contains("dc9", error.Message, StringComparison.Ordinal);
        Assert.Contains("dc1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 3)]
    public async Task Remote_nodes_are_connected_to_only_if_they_may_be_asked(bool mayUseRemote, int used)
    {
        await using var cluster = FakeCluster.OfTwo();
        cluster.Add("dc2", "r1", 0);
        var options = cluster.Options();
        options.MayUseRemoteDatacenters = mayUseRemote;
        await using var session = await cluster.ConnectAsync(options);
        Assert.Equal(
            Enumerable.Range(0, used).Select(index => cluster[index].EndPoint), session.Nodes.Select(node => node.EndPoint));

        for (var i = 0; i < 10; i++)
            (await session.QueryAsync("SELECT 1", Patience.Token)).Dispose();
        Assert.Equal(0, cluster[2].Requests);
        if (!mayUseRemote)
            return;

        cluster[0].Down();
        cluster[1].Down();
        await Eventually.HoldsAsync(() => session.Nodes.Sum(node => node.OpenConnections) == 1);
        (await session.QueryAsync("SELECT 1", Patience.Token)).Dispose();
        Assert.Equal(1, cluster[2].Requests);
    }

    [Fact]
    public async Task Nodes_that_come_and_go_are_followed()
    {
        await using var cluster = FakeCluster.OfTwo();
        cluster.Hide(cluster[1]);
        await using var session = await cluster.ConnectAsync();
        Assert.Single(session.Nodes);

        cluster.Show(cluster[1]);
        await cluster[0].TellAsync(body => Change(body, "TOPOLOGY_CHANGE", "NEW_NODE", cluster[1].EndPoint));
        await Eventually.HoldsAsync(() => session.Nodes is [_, { OpenConnections: 1 }]);

        cluster.Hide(cluster[1]);
        await cluster[0].TellAsync(body => Change(body, "TOPOLOGY_CHANGE", "REMOVED_NODE", cluster[1].EndPoint));
        await Eventually.HoldsAsync(() => session.Nodes.Count == 1);
        for (var i = 0; i < 10; i++)
            (await session.QueryAsync("SELECT 1", Patience.Token)).Dispose();
        Assert.Equal(0, cluster[1].Requests);
    }

    [Fact]
    public async Task Another_node_takes_over_when_the_one_that_tells_is_lost()
    {
        await using var cluster = FakeCluster.OfTwo();
        var third = cluster.Add("dc1", "r2", 0);
        cluster.Hide(third);
        await using var session = await cluster.ConnectAsync();

        // What it would have told is found out by asking.
        cluster[0].Down();
        cluster.Show(third);
        await Eventually.HoldsAsync(() => session.Nodes is [_, _, { OpenConnections: 1 }]);

        // The only node that was connected to took over, and tells from then on.
        cluster.Hide(third);
        await cluster[1].TellAsync(body => Change(body, "TOPOLOGY_CHANGE", "REMOVED_NODE", third.EndPoint));
        await Eventually.HoldsAsync(() => session.Nodes.Count == 2);
    }

    [Fact]
    public async Task Rumour_that_a_node_is_down_closes_no_connection_that_works()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        await cluster[0].TellAsync(body => Change(body, "STATUS_CHANGE", "DOWN", cluster[1].EndPoint));
        for (var i = 0; i < 10; i++)
            (await session.QueryAsync("SELECT 1", Patience.Token)).Dispose();
        Assert.Equal(5, cluster[1].Requests);
    }

    [Fact]
    public async Task Node_that_is_said_to_be_up_is_tried_at_once()
    {
        await using var cluster = FakeCluster.OfTwo();
        var options = cluster.Options();
        options.ReconnectMin = options.ReconnectMax = TimeSpan.FromDays(1);
        cluster[1].Down();
        await using var session = await CqlSession.ConnectAsync(options, Patience.Token);
        await Eventually.HoldsAsync(() => cluster[1].Refused > 0);

        cluster[1].Up();
        await cluster[0].TellAsync(body => Change(body, "STATUS_CHANGE", "UP", cluster[1].EndPoint));
        await Eventually.HoldsAsync(() => session.Nodes[1].OpenConnections == 1);
    }

    [Fact]
    public async Task Node_that_says_nothing_any_more_is_noticed()
    {
        await using var cluster = FakeCluster.OfTwo();
        var options = cluster.Options();
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(200);
        await using var session = await cluster.ConnectAsync(options);
        cluster[1].IsSilent = true;
        await Eventually.HoldsAsync(() => session.Nodes[1].OpenConnections == 0);

        // Also by the control connection.
        cluster[1].IsSilent = false;
        cluster[1].Drop();
        await Eventually.HoldsAsync(() => session.Nodes.Count == 2 && session.Nodes[1].OpenConnections == 1);
        cluster[0].IsSilent = true;
        await Eventually.HoldsAsync(() => cluster[1].IsTelling);
    }

    private static void Change(WireBuffer body, string kind, string change, IPEndPoint node)
    {
        body.String(kind);
        body.String(change);
        body.Byte(4);
        body.Raw(node.Address.GetAddressBytes());
        body.Int(node.Port);
    }
}
