using System.Collections.Concurrent;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BrokerIm.Adapters.Production.Redis;

/// <summary>
/// Writes a gateway's presence to Redis: one lease, and an entry for each connection. Entries expire after
/// <see cref="RedisOptions.EntryLifetime"/>, so that what dead gateways leave is gone some day even if nobody asks for it.
/// </summary>
internal sealed class RedisPresence(
    RedisConnection redis,
    RedisPresenceReader reader,
    IOptions<RedisOptions> options,
    TimeProvider time,
    ILogger<RedisPresence> log) : IPresenceWriter
{
    /// <summary>Entries written per round trip; an announcement may have a hundred thousand.</summary>
    private const int EntriesAtOnce = 500;

    private readonly PresenceKeys _keys = new(options.Value.KeyPrefix);
    private readonly ConcurrentDictionary<GatewayAddress, Announcement> _announcements = new();

    public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken) => reader.FindAsync(users, cancellationToken);

    public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) =>
        reader.GatewaysAsync(cancellationToken);

    public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
        reader.OffersAsync(cancellationToken);

    public async ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken)
    {
        var announcement = _announcements.GetOrAdd(gateway, _ => new());
        var (held, runId) = await redis.AskAsync(
            async database =>
            {
                var renewing = RedisScripts.RenewAsync(
                    database, _keys.Lease(gateway.Id), gateway, lease, announcement.NextAttempt());
                await database.SetAddAsync(_keys.Gateways, gateway.Id);
                return await renewing;
            },
            cancellationToken);

        if (PresenceKeys.HolderOf(held) is var holder && holder != PresenceKeys.Incarnation(gateway))
        {
            log.GatewayIdTaken(gateway, holder);
            throw new DependencyUnavailableException($"The lease of gateway {gateway} is held by incarnation {holder}.");
        }

        if (announcement.IsDue(held, runId, options.Value.EntryLifetime / 2, time))
            log.PresenceToBeAnnounced(gateway, runId);
        return announcement.ToString();
    }

    public async ValueTask OfferAsync(
        GatewayAddress gateway, GatewayOffer offer, TimeSpan lifetime, CancellationToken cancellationToken) =>
        await redis.AskAsync(
            database => database.StringSetAsync(_keys.Offer(gateway.Id), OfferText.Of(gateway, offer), lifetime), cancellationToken);

    public async ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken)
    {
        _announcements.TryRemove(gateway, out _);
        if (await redis.AskAsync(
            database => RedisScripts.RetireAsync(database, _keys.Lease(gateway.Id), gateway), cancellationToken))
            await redis.AskAsync(database => database.SetRemoveAsync(_keys.Gateways, gateway.Id), cancellationToken);
    }

    public async ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var some in entries.Chunk(EntriesAtOnce))
            await redis.AskAsync(database => WriteAsync(database, some), cancellationToken);
    }

    public async ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken) => await redis.AskAsync(
        database => database.HashDeleteAsync(_keys.User(entry.User), PresenceKeys.Field(entry)), cancellationToken);

    private Task<bool[]> WriteAsync(IDatabase database, PresenceEntry[] entries)
    {
        var writing = new List<Task<bool>>(entries.Length * 2);
        foreach (var entry in entries)
        {
            var announcement = _announcements.TryGetValue(entry.Gateway, out var made) ? made.Number : 0;
            var key = _keys.User(entry.User);
            writing.Add(database.HashSetAsync(key, PresenceKeys.Field(entry), PresenceKeys.Value(entry, announcement)));
            writing.Add(database.KeyExpireAsync(key, options.Value.EntryLifetime));
        }

        return Task.WhenAll(writing);
    }
}
