using System.Collections.Concurrent;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Inbound;

/// <summary>Remembers which user ids exist, so that not every message asks the directory.</summary>
/// <remarks>
/// An account is never removed, so "yes" stays true; "no" is believed for <see cref="NoLifetime"/>. Bounded by two generations:
/// when the young one is full it becomes the old one, and whoever is asked for moves up again.
/// </remarks>
internal sealed class KnownUsers(
    IUserDirectory directory, QueryDeadline deadline, IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>How long an id counts as unknown before the directory is asked again.</summary>
    public static readonly TimeSpan NoLifetime = TimeSpan.FromSeconds(5);

    private const long Exists = 0;

    private readonly int _generationSize = options.Value.KnownUsersMax / 2;

    // Value: Exists, or the timestamp at which the directory said no.
    private ConcurrentDictionary<UserId, long> _young = new();
    private ConcurrentDictionary<UserId, long> _old = new();

    /// <summary>Ids remembered.</summary>
    public int Count => _young.Count + _old.Count;

    /// <summary>Whether there is such a user.</summary>
    /// <exception cref="DependencyUnavailableException">The directory did not answer.</exception>
    public ValueTask<bool> ContainsAsync(UserId user, CancellationToken cancellationToken)
    {
        if (_young.TryGetValue(user, out var answer) && IsGood(answer))
            return new(answer == Exists);

        if (_old.TryGetValue(user, out answer) && IsGood(answer))
        {
            Remember(user, answer);
            return new(answer == Exists);
        }

        return AskAsync(user, cancellationToken);
    }

    /// <summary>Of many ids those of users, each once, in their order; those not remembered are asked for in one question.</summary>
    /// <exception cref="DependencyUnavailableException">The directory did not answer.</exception>
    public async ValueTask<List<uint>> ExistingAsync(IEnumerable<uint> ids, CancellationToken cancellationToken)
    {
        List<uint> candidates = [.. ids.Where(static id => new UserId(id).IsValid).Distinct()];
        List<UserId> unknown = [.. candidates.Select(static id => new UserId(id)).Where(user => !IsKnown(user))];
        if (unknown.Count == 0)
            return candidates;

        var profiles = await deadline.AskAsync(token => directory.GetAsync(unknown, token), cancellationToken);
        foreach (var profile in profiles)
            Remember(profile.Id, Exists);

        var missing = unknown.Select(static user => user.Value).Except(profiles.Select(static profile => profile.Id.Value)).ToHashSet();
        candidates.RemoveAll(missing.Contains);
        return candidates;
    }

    private bool IsKnown(UserId user) => (_young.TryGetValue(user, out var answer) || _old.TryGetValue(user, out answer)) && answer == Exists;

    private async ValueTask<bool> AskAsync(UserId user, CancellationToken cancellationToken)
    {
        var profiles = await deadline.AskAsync(token => directory.GetAsync([user], token), cancellationToken);
        var exists = profiles.Count > 0;
        Remember(user, exists ? Exists : Math.Max(1, time.GetTimestamp()));
        return exists;
    }

    private bool IsGood(long answer) => answer == Exists || time.GetElapsedTime(answer) < NoLifetime;

    private void Remember(UserId user, long answer)
    {
        var young = _young;
        young[user] = answer;
        if (young.Count < _generationSize)
            return;

        // Whoever comes second finds the generations changed already.
        if (Interlocked.CompareExchange(ref _young, new(), young) == young)
            _old = young;
    }
}
