using System.Net;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every presence registry promises; one subclass per adapter.</summary>
public abstract class PresenceConformance
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(100);

    private static readonly GatewayOffer s_offer =
        new([IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")], 8000, 7, 100_000, IsOpen: true);

    protected abstract IPresenceWriter Presence { get; }

    /// <summary>Lets the registry's time pass, where it is not the world's.</summary>
    protected abstract void Pass(TimeSpan time);

    [Fact]
    public async Task A_connection_is_found_with_everything_said_of_it()
    {
        var entry = NewEntry(await NewGatewayAsync());

        await Presence.AddAsync([entry], Deadline.Token);

        Assert.Equal([entry], await FindAsync(entry.User));
    }

    [Fact]
    public async Task Answers_come_in_the_order_of_the_questions()
    {
        var gateway = await NewGatewayAsync();
        var (one, other, nobody) = (NewEntry(gateway), NewEntry(gateway), NewUser());
        await Presence.AddAsync([one, other], Deadline.Token);

        var found = await Presence.FindAsync([other.User, nobody, one.User, other.User], Deadline.Token);

        Assert.Equal([[other], [], [one], [other]], found);
        Assert.Empty(await Presence.FindAsync([], Deadline.Token));
    }

    [Fact]
    public async Task A_user_may_be_connected_several_times_at_several_gateways()
    {
        var pc = NewEntry(await NewGatewayAsync());
        var phone = pc with { Gateway = await NewGatewayAsync(), Client = ClientType.Ios };
        var tablet = phone with { Connection = phone.Connection + 1, Client = ClientType.Android };

        await Presence.AddAsync([pc, phone, tablet], Deadline.Token);

        Assert.Equal(new HashSet<PresenceEntry> { pc, phone, tablet }, [.. await FindAsync(pc.User)]);
    }

    [Fact]
    public async Task Announcing_again_changes_nothing()
    {
        var entry = NewEntry(await NewGatewayAsync());

        await Presence.AddAsync([entry], Deadline.Token);
        await Presence.AddAsync([entry, entry], Deadline.Token);

        Assert.Equal([entry], await FindAsync(entry.User));
    }

    [Fact]
    public async Task Without_a_lease_nothing_counts()
    {
        var entry = NewEntry(NewAddress());

        await Presence.AddAsync([entry], Deadline.Token);

        Assert.Empty(await FindAsync(entry.User));
    }

    [Fact]
    public async Task When_the_lease_runs_out_the_gateway_and_its_connections_count_no_more()
    {
        var gateway = await NewGatewayAsync();
        var entry = NewEntry(gateway);
        await Presence.AddAsync([entry], Deadline.Token);
        Assert.Single(await FindAsync(entry.User));

        await Presence.RenewAsync(gateway, s_short, Deadline.Token);
        Pass(s_short);

        await Deadline.UntilAsync(async () => (await FindAsync(entry.User)).Count == 0);
        Assert.DoesNotContain(gateway, await Presence.GatewaysAsync(Deadline.Token));
    }

    [Fact]
    public async Task A_new_incarnation_silences_the_old_one()
    {
        var gateway = await NewGatewayAsync();
        var (old, next) = (NewEntry(gateway), gateway with { Incarnation = gateway.Incarnation + 1 });
        await Presence.AddAsync([old], Deadline.Token);

        await Presence.RenewAsync(next, s_long, Deadline.Token);
        Assert.Empty(await FindAsync(old.User));

        // The same connection number in the next life is another connection.
        var entry = old with { Gateway = next };
        await Presence.AddAsync([entry], Deadline.Token);
        await Presence.RemoveAsync(old, Deadline.Token);
        Assert.Equal([entry], await FindAsync(old.User));
        Assert.Contains(next, await Presence.GatewaysAsync(Deadline.Token));
        Assert.DoesNotContain(gateway, await Presence.GatewaysAsync(Deadline.Token));
    }

    [Fact]
    public async Task Removing_an_old_connection_leaves_the_newer_one()
    {
        var old = NewEntry(await NewGatewayAsync());
        var newer = old with { Connection = old.Connection + 1, LoginTimeMs = old.LoginTimeMs + 1 };
        await Presence.AddAsync([old], Deadline.Token);
        await Presence.AddAsync([newer], Deadline.Token);

        await Presence.RemoveAsync(old, Deadline.Token);
        await Presence.RemoveAsync(old, Deadline.Token);

        Assert.Equal([newer], await FindAsync(old.User));
    }

    [Fact]
    public async Task A_retired_gateway_counts_no_more()
    {
        var gateway = await NewGatewayAsync();
        var entry = NewEntry(gateway);
        await Presence.AddAsync([entry], Deadline.Token);

        await Presence.RetireAsync(gateway, Deadline.Token);

        Assert.Empty(await FindAsync(entry.User));
        Assert.DoesNotContain(gateway, await Presence.GatewaysAsync(Deadline.Token));
    }

    [Fact]
    public async Task Retiring_an_old_incarnation_leaves_the_new_one()
    {
        var gateway = await NewGatewayAsync();
        var next = gateway with { Incarnation = gateway.Incarnation + 1 };
        await Presence.RenewAsync(next, s_long, Deadline.Token);
        var entry = NewEntry(next);
        await Presence.AddAsync([entry], Deadline.Token);

        await Presence.RetireAsync(gateway, Deadline.Token);

        Assert.Equal([entry], await FindAsync(entry.User));
        Assert.Contains(next, await Presence.GatewaysAsync(Deadline.Token));
    }

    [Fact]
    public async Task Renewing_says_the_same_as_long_as_nothing_was_lost()
    {
        var gateway = NewAddress();

        var first = await Presence.RenewAsync(gateway, s_long, Deadline.Token);
        Pass(s_long / 2);
        var second = await Presence.RenewAsync(gateway, s_long, Deadline.Token);

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task An_offer_is_found_as_it_was_made_and_the_later_one_replaces_it()
    {
        var gateway = await NewGatewayAsync();
        Assert.DoesNotContain(gateway, await OffersAsync());

        await Presence.OfferAsync(gateway, s_offer, s_long, Deadline.Token);
        Assert.Equal(s_offer, (await OffersAsync())[gateway]);

        var later = s_offer with { Connections = 8, IsOpen = false };
        await Presence.OfferAsync(gateway, later, s_long, Deadline.Token);
        Assert.Equal(later, (await OffersAsync())[gateway]);
    }

    [Fact]
    public async Task An_offer_ends_by_itself_while_the_lease_goes_on()
    {
        var gateway = await NewGatewayAsync();
        await Presence.OfferAsync(gateway, s_offer, s_short, Deadline.Token);
        Pass(s_short);

        await Deadline.UntilAsync(async () => !(await OffersAsync()).ContainsKey(gateway));
        Assert.Contains(gateway, await Presence.GatewaysAsync(Deadline.Token));
    }

    [Fact]
    public async Task An_offer_counts_only_with_the_lease_of_its_incarnation()
    {
        var gateway = NewAddress();
        await Presence.OfferAsync(gateway, s_offer, s_long, Deadline.Token);
        Assert.DoesNotContain(gateway, await OffersAsync());

        await Presence.RenewAsync(gateway, s_long, Deadline.Token);
        Assert.Contains(gateway, await OffersAsync());

        var next = gateway with { Incarnation = gateway.Incarnation + 1 };
        await Presence.RenewAsync(next, s_long, Deadline.Token);
        Assert.Empty((await OffersAsync()).Keys.Intersect([gateway, next]));
    }

    [Fact]
    public async Task A_retired_gateway_offers_nothing()
    {
        var gateway = await NewGatewayAsync();
        await Presence.OfferAsync(gateway, s_offer, s_long, Deadline.Token);

        await Presence.RetireAsync(gateway, Deadline.Token);

        Assert.DoesNotContain(gateway, await OffersAsync());
    }

    protected static UserId NewUser() => new((uint)Random.Shared.Next(1, int.MaxValue));

    protected static GatewayAddress NewAddress() =>
        new($"gw.{Guid.NewGuid():n}"[..15], (ulong)Random.Shared.NextInt64(1, long.MaxValue));

    protected static PresenceEntry NewEntry(GatewayAddress gateway) => new(
        NewUser(), gateway, (ulong)Random.Shared.NextInt64(1, long.MaxValue), ClientType.Windows, 1_800_000_000_123);

    protected async Task<GatewayAddress> NewGatewayAsync()
    {
        var gateway = NewAddress();
        await Presence.RenewAsync(gateway, s_long, Deadline.Token);
        return gateway;
    }

    private async Task<Dictionary<GatewayAddress, GatewayOffer>> OffersAsync() =>
        (await Presence.OffersAsync(Deadline.Token)).ToDictionary(offer => offer.Key, offer => offer.Value);

    protected async Task<IReadOnlyList<PresenceEntry>> FindAsync(UserId user) =>
        (await Presence.FindAsync([user], Deadline.Token))[0];
}
