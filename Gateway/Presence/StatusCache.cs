using System.Collections.Concurrent;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Presence;

/// <summary>
/// Who has a PC online, remembered for a moment: after a restart everybody asks about everybody, and the registry would be asked the
/// same a thousand times at once. What is heard of a user drops what is remembered of him.
/// </summary>
internal sealed class StatusCache(IPresenceWriter presence, TimeProvider time) : IDisposable
{
    /// <summary>How long an answer is believed, should the news of a change be lost.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    // Keeps one question to the registry short; others use the same connection.
    private const int FindBatch = 500;
    private const int MaxRemembered = 500_000;

    private readonly ConcurrentDictionary<UserId, Entry> _entries = new();

    // Questions stand in line here and not in the registry, where they would all time out together.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>The gateway of each user's PC, null for who has none; same order as asked.</summary>
    /// <exception cref="DependencyUnavailableException">The registry does not answer.</exception>
    public async ValueTask<IReadOnlyList<GatewayAddress?>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        var found = new GatewayAddress?[users.Count];
        if (Missing(users, found).Count == 0)
            return found;

        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Whoever had the turn before may have asked for the same.
            foreach (var batch in Missing(users, found).Chunk(FindBatch))
                await AskAsync(users, found, batch, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        return found;
    }

    /// <summary>A user came or went.</summary>
    public void Forget(UserId user) => _entries.TryRemove(user, out _);

    public void Dispose() => _turn.Dispose();

    /// <summary>Fills in what is remembered; the places of the rest.</summary>
    private List<int> Missing(IReadOnlyList<UserId> users, GatewayAddress?[] found)
    {
        var missing = new List<int>();
        for (var i = 0; i < users.Count; i++)
        {
            if (_entries.TryGetValue(users[i], out var entry) && time.GetElapsedTime(entry.AskedAt) < Lifetime)
                found[i] = entry.Pc;
            else
                missing.Add(i);
        }

        return missing;
    }

    private async ValueTask AskAsync(
        IReadOnlyList<UserId> users, GatewayAddress?[] found, int[] places, CancellationToken cancellationToken)
    {
        // The age counts from before the question, so that an answer that took long is not taken for fresh.
        var askedAt = time.GetTimestamp();
        var answers = await presence.FindAsync([.. places.Select(place => users[place])], cancellationToken);
        if (_entries.Count + places.Length > MaxRemembered)
            _entries.Clear();
        for (var i = 0; i < places.Length; i++)
        {
            var pc = answers[i].FirstOrDefault(static entry => entry.Client.ClassOf() == DeviceClass.Pc)?.Gateway;
            found[places[i]] = pc;
            _entries[users[places[i]]] = new(pc, askedAt);
        }
    }

    private sealed record Entry(GatewayAddress? Pc, long AskedAt);
}
