using System.Collections.Concurrent;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Deliver;

/// <summary>
/// Who is at which gateways, remembered for a short while. A gateway that registers a user says so to everybody; should that be
/// lost, the entry dies of age, and the gateway reads the store once more after that age.
/// </summary>
internal sealed class PresenceCache(IPresenceReader presence, TimeProvider time, IOptions<DeliverOptions> options)
{
    private readonly ConcurrentDictionary<UserId, Entry> _entries = [];
    private (IReadOnlyList<GatewayAddress> Gateways, long ReadAt)? _all;

    /// <summary>Gateways of each user, from memory where it is fresh, the rest in one question.</summary>
    /// <param name="users">Whose.</param>
    /// <param name="everywhere">Whether the list of all gateways is needed too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyUnavailableException">The registry did not answer.</exception>
    public async ValueTask<Whereabouts> FindAsync(HashSet<UserId> users, bool everywhere, CancellationToken cancellationToken)
    {
        var found = new Dictionary<UserId, GatewayAddress[]>(users.Count);
        List<UserId>? missing = null;
        foreach (var user in users)
        {
            if (_entries.TryGetValue(user, out var entry) && time.GetElapsedTime(entry.ReadAt) < options.Value.PresenceCacheLifetime)
                found[user] = entry.Gateways;
            else
                (missing ??= []).Add(user);
        }

        if (missing is not null)
        {
            // The age counts from before the question, so that an answer that took long is not taken for fresh.
            var askedAt = time.GetTimestamp();
            var answers = await presence.FindAsync(missing, cancellationToken);
            if (_entries.Count + missing.Count > options.Value.PresenceCacheEntries)
                _entries.Clear();
            for (var i = 0; i < missing.Count; i++)
            {
                GatewayAddress[] gateways = [.. answers[i].Select(entry => entry.Gateway).Distinct()];
                found[missing[i]] = gateways;
                _entries[missing[i]] = new(gateways, askedAt);
            }
        }

        return new(found, everywhere ? await AllAsync(cancellationToken) : []);
    }

    /// <summary>A user came or went.</summary>
    public void Forget(UserId user) => _entries.TryRemove(user, out _);

    /// <summary>A gateway is gone, and with it whoever was there.</summary>
    public void Forget(GatewayAddress gateway)
    {
        foreach (var (user, entry) in _entries)
        {
            if (entry.Gateways.Contains(gateway))
                _entries.TryRemove(user, out _);
        }
    }

    private async ValueTask<IReadOnlyList<GatewayAddress>> AllAsync(CancellationToken cancellationToken)
    {
        if (_all is { } all && time.GetElapsedTime(all.ReadAt) < options.Value.PresenceCacheLifetime)
            return all.Gateways;

        var askedAt = time.GetTimestamp();
        var gateways = await presence.GatewaysAsync(cancellationToken);
        _all = (gateways, askedAt);
        return gateways;
    }

    private sealed record Entry(GatewayAddress[] Gateways, long ReadAt);
}

/// <summary>Where the users of one batch are.</summary>
internal sealed class Whereabouts(Dictionary<UserId, GatewayAddress[]> gateways, IReadOnlyList<GatewayAddress> all)
{
    /// <summary>Nobody is anywhere.</summary>
    public static Whereabouts Nowhere { get; } = new([], []);

    /// <summary>All gateways, where they were asked for.</summary>
    public IReadOnlyList<GatewayAddress> Gateways => all;

    /// <summary>Gateways at which the user has a connection.</summary>
    public GatewayAddress[] Of(UserId user) => gateways.GetValueOrDefault(user, []);
}
