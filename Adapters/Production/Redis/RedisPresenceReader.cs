using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BrokerIm.Adapters.Production.Redis;

/// <summary>
/// Reads presence from Redis. An entry counts while its gateway's lease names its incarnation; what a dead gateway left behind is
/// passed over and removed by whoever comes across it.
/// </summary>
internal sealed class RedisPresenceReader(RedisConnection redis, IOptions<RedisOptions> options) : IPresenceReader
{
    private readonly PresenceKeys _keys = new(options.Value.KeyPrefix);
    private volatile string[] _seenGateways = [];

    public async ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        if (users.Count == 0)
            return [];

        // The leases of gateways seen before are asked for along with the users; it is rare that others turn up.
        var seen = _seenGateways;
        var (hashes, leases) = await redis.AskAsync(
            async database =>
            {
                var hashes = Task.WhenAll(users.Select(user => database.HashGetAllAsync(_keys.User(user))));
                var leases = LeasesOf(database, seen);
                return (await hashes, await leases);
            },
            cancellationToken);

        var stored = users.Zip(hashes, Read).ToList();
        string[] unseen =
            [.. stored.SelectMany(found => found).Select(found => found.Entry.Gateway.Id).Distinct().Except(leases.Keys)];
        if (unseen.Length > 0)
        {
            foreach (var (id, incarnation) in await redis.AskAsync(database => LeasesOf(database, unseen), cancellationToken))
                leases[id] = incarnation;
        }

        _seenGateways = [.. leases.Where(lease => lease.Value is not null).Select(lease => lease.Key)];
        await SweepAsync(stored.SelectMany(found => found).Where(found => !IsLive(found.Entry, leases)), cancellationToken);
        return [.. stored.Select(found => (IReadOnlyList<PresenceEntry>)
            [.. found.Select(one => one.Entry).Where(entry => IsLive(entry, leases))])];
    }

    public async ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken)
    {
        var known = await redis.AskAsync(database => database.SetMembersAsync(_keys.Gateways), cancellationToken);
        if (known.Length == 0)
            return [];

        return await LiveAsync(
            await redis.AskAsync(database => LeasesOf(database, [.. known.Select(id => (string)id)]), cancellationToken),
            cancellationToken);
    }

    public async ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken)
    {
        var gateways = await GatewaysAsync(cancellationToken);
        if (gateways.Count == 0)
            return new Dictionary<GatewayAddress, GatewayOffer>();

        var texts = await redis.AskAsync(
            database => Task.WhenAll(gateways.Select(gateway => database.StringGetAsync(_keys.Offer(gateway.Id)))),
            cancellationToken);
        var offers = new Dictionary<GatewayAddress, GatewayOffer>();
        foreach (var (gateway, text) in gateways.Zip(texts))
        {
            if (OfferText.TryRead(text, gateway, out var offer))
                offers.Add(gateway, offer);
        }

        return offers;
    }

    private async ValueTask<IReadOnlyList<GatewayAddress>> LiveAsync(
        Dictionary<string, string?> leases, CancellationToken cancellationToken)
    {
        RedisValue[] dead = [.. leases.Where(lease => lease.Value is null).Select(lease => (RedisValue)lease.Key)];
        if (dead.Length > 0)
        {
            // Should one of them take its lease at this moment, it is back in the set when it renews it.
            await redis.AskAsync(database => database.SetRemoveAsync(_keys.Gateways, dead), cancellationToken);
        }

        return [.. leases.Where(lease => lease.Value is not null)
            .Select(lease => new GatewayAddress(lease.Key, Convert.ToUInt64(lease.Value, 16)))];
    }

    private async Task<Dictionary<string, string?>> LeasesOf(IDatabase database, string[] gatewayIds)
    {
        var leases = await Task.WhenAll(gatewayIds.Select(id => database.StringGetAsync(_keys.Lease(id))));
        return gatewayIds.Zip(leases).ToDictionary(
            lease => lease.First, lease => lease.Second.IsNull ? null : PresenceKeys.HolderOf(lease.Second!), StringComparer.Ordinal);
    }

    private static List<Stored> Read(UserId user, HashEntry[] fields)
    {
        var entries = new List<Stored>(fields.Length);
        foreach (var field in fields)
        {
            if (PresenceKeys.TryRead(user, field.Name, field.Value, out var entry))
                entries.Add(new(entry, field.Value));
        }

        return entries;
    }

    private static bool IsLive(PresenceEntry entry, Dictionary<string, string?> leases) =>
        leases.GetValueOrDefault(entry.Gateway.Id) == PresenceKeys.Incarnation(entry.Gateway);

    // Nobody waits for the sweeping, and what it misses the next reader sweeps.
    private async ValueTask SweepAsync(IEnumerable<Stored> dead, CancellationToken cancellationToken)
    {
        foreach (var (entry, value) in dead)
        {
            await redis.AskAsync(
                database =>
                {
                    RedisScripts.Sweep(database, _keys.User(entry.User), PresenceKeys.Field(entry), value);
                    return Task.FromResult(true);
                },
                cancellationToken);
        }
    }

    private readonly record struct Stored(PresenceEntry Entry, RedisValue Value);
}
