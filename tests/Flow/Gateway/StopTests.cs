using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Connections;
using BrokerIm.Tests.Flow.Support;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>A gateway that stops, and a door that is full.</summary>
public abstract class StopTests(TcpTransport transport)
{
    public sealed class OnLean() : StopTests(TcpTransport.Lean);

    public sealed class OnKestrel() : StopTests(TcpTransport.Kestrel);

    [Fact]
    public async Task Stopping_gateway_lets_work_settle_then_closes_clients_and_gives_its_presence_up()
    {
        var work = new Work();
        await using var host = await GatewayHost.StartAsync(transport: transport, services: services => services.AddSingleton<IDrainable>(work));
        await using var other = await GatewayHost.StartAsync(host.Cluster, transport: transport);
        var user = await host.AddUserAsync("u");
        await host.AddUserAsync("watcher");
        using var client = await host.LoginAsync("u", ClientType.Windows);
        await client.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
        using var watcher = await other.LoginAsync("watcher", ClientType.Windows);
        await client.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
        await watcher.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);

        var stopping = host.StopAsync();
        await work.Asked.Task;

        // An answer that comes while its session waits for it still goes out; a newcomer is turned away.
        Assert.Single(host.Table.ClaimsOf(user.Id)).Send(Command.ClientTimeRsp, 0, new IMClientTimeRsp { ServerTime = 1 });
        await client.ReceiveAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser);
        await host.ExpectTurnedAwayAsync();

        work.Done.SetResult();
        await client.ExpectClosedAsync();
        await stopping;

        // That the user came may be news to the watcher too, when it was still under way as the watcher logged in.
        var notify = await watcher.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
        if (notify.UserStat.Status == UserStatType.Online)
            notify = await watcher.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
        Assert.Equal((user.Id.Value, UserStatType.Offline), (notify.UserStat.UserId, notify.UserStat.Status));
        Assert.Empty(await host.Cluster.Presence.OfAsync(user.Id));
        Assert.DoesNotContain(host.Identity.Address, await host.Cluster.Presence.GatewaysAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_on_arrival_and_one_that_leaves_makes_room()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport, settings: [("MaxConnections", "2")]);
        using var one = await host.ConnectAsync();
        using var two = await host.ConnectAsync();
        await one.ExpectNothingYetAsync();
        await two.ExpectNothingYetAsync();

        await host.ExpectTurnedAwayAsync();
        Assert.Equal(1, host.Meter.Sum("im_connections_refused_total", "total"));

        one.ShutdownSend();
        await one.ExpectClosedAsync();
        using var next = await host.ConnectAsync();
        await next.ExpectNothingYetAsync();
    }

    [Fact]
    public async Task Connections_of_one_address_have_a_limit_of_their_own()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport, settings: [("MaxConnectionsPerAddress", "1")]);
        using var one = await host.ConnectAsync();
        await one.ExpectNothingYetAsync();

        await host.ExpectTurnedAwayAsync();

        Assert.Equal(1, host.Meter.Sum("im_connections_refused_total", "address"));
    }

    private sealed class Work : IDrainable
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task SettleAsync(CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            return Done.Task.WaitAsync(cancellationToken);
        }
    }
}
