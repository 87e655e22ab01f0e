using System.Collections.Concurrent;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Presence;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>The lease, and what happens when the registry forgets or is away.</summary>
public sealed class PresenceKeeperTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Sessions_are_announced_again_when_the_registry_has_lost_its_content()
    {
        await using var host = await GatewayHost.StartAsync(time: _time);
        var user = await host.AddUserAsync("u");
        using var phone = await host.LoginAsync("u", ClientType.Android);
        using var anonymous = await host.ConnectAsync();

        host.Cluster.Presence.Lose();
        Assert.Empty(await host.Cluster.Presence.OfAsync(user.Id));
        _time.Advance(TimeSpan.FromSeconds(20));

        await Eventually.HoldsAsync(async () => (await host.Cluster.Presence.OfAsync(user.Id)).Count == 1);
        var entry = Assert.Single(await host.Cluster.Presence.OfAsync(user.Id));
        Assert.Equal((user.Id, host.Identity.Address, ClientType.Android), (entry.User, entry.Gateway, entry.Client));
    }

    [Fact]
    public async Task A_loss_is_told_once_with_the_time_up_to_which_everybody_was_known()
    {
        var observer = new LossObserver();
        var startedMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await using var host = await GatewayHost.StartAsync(
            time: _time, services: services => services.AddSingleton<IPresenceLossObserver>(observer));

        host.Cluster.Presence.Lose();
        await Eventually.HoldsAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return !observer.Losses.IsEmpty;
        });

        Assert.Equal([startedMs], observer.Losses);
    }

    [Fact]
    public async Task Session_that_ends_while_the_registry_is_away_is_removed_when_it_is_back()
    {
        await using var host = await GatewayHost.StartAsync(time: _time);
        var user = await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Android);

        host.Cluster.Presence.IsDown = true;
        client.ShutdownSend();
        await client.ExpectClosedAsync();
        Assert.Single(await host.Cluster.Presence.OfAsync(user.Id));

        host.Cluster.Presence.IsDown = false;
        _time.Advance(TimeSpan.FromSeconds(20));
        await Eventually.HoldsAsync(async () => (await host.Cluster.Presence.OfAsync(user.Id)).Count == 0);
        Assert.Empty(host.Table.ClaimsOf(user.Id));
    }

    [Fact]
    public async Task Lease_is_held_before_the_first_client_can_come()
    {
        await using var cluster = new TestCluster();
        cluster.Presence.IsDown = true;
        var starting = GatewayHost.StartAsync(cluster);
        Assert.False(starting.IsCompleted);

        cluster.Presence.IsDown = false;
        await using var host = await starting;
        GatewayAddress[] leases = [.. await cluster.Presence.GatewaysAsync(TestContext.Current.CancellationToken)];
        Assert.Equal([host.Identity.Address], leases);
    }

    private sealed class LossObserver : IPresenceLossObserver
    {
        public ConcurrentQueue<long> Losses { get; } = [];

        public void PresenceWasLost(long knownUntilMs) => Losses.Enqueue(knownUntilMs);
    }
}
