using System.Collections.Concurrent;
using System.Diagnostics;
using BrokerIm.Client;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>
/// Everybody comes to work at once: all log in together, load contacts, groups and conversations, then talk in groups and in pairs.
/// At the end it is checked that every acknowledged message was seen once, in order, by everybody it was for.
/// </summary>
internal sealed class MixedScenario(MixedOptions options, TextWriter progress)
{
    private static readonly TimeSpan s_settlePatience = TimeSpan.FromSeconds(60);

    private readonly MixedMeters _meters = new();
    private readonly ConcurrentQueue<(MixedUser From, Peer To, uint Id)> _sent = new();
    private long _failed;

    /// <summary>Runs it.</summary>
    /// <param name="accounts">At least as many as there are to be users.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<MixedResult> RunAsync(IReadOnlyList<LoadUser> accounts, CancellationToken cancellationToken)
    {
        var users = await TogetherAsync(
            "logged in", accounts.Take(options.Users), account => MixedUser.LogInAsync(options.Target, account, _meters, cancellationToken));
        try
        {
            await TogetherAsync("loaded their lists", users, async user =>
            {
                await user.LoadAsync(cancellationToken);
                return true;
            });
            var circles = users.Chunk(options.GroupSize).ToList();
            await TogetherAsync("made groups", circles, circle => GatherAsync(circle, cancellationToken));

            await TalkAsync(users, cancellationToken);
            await SettleAsync(users, cancellationToken);
            return new(_meters, MixedVerdict.Of(users, circles, [.. _sent], Interlocked.Read(ref _failed)), options);
        }
        finally
        {
            await Task.WhenAll(users.Select(static user => user.DisposeAsync().AsTask()));
        }
    }

    private async Task<TResult[]> TogetherAsync<TItem, TResult>(
        string done, IEnumerable<TItem> items, Func<TItem, Task<TResult>> work)
    {
        var started = Stopwatch.GetTimestamp();
        var results = await Task.WhenAll(items.Select(work));
        await progress.WriteLineAsync($"{results.Length} {done} after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        return results;
    }

    private static async Task<uint> GatherAsync(MixedUser[] circle, CancellationToken cancellationToken)
    {
        var group = await circle[0].MakeGroupAsync($"group of {circle[0].Id}", circle.Select(static user => user.Id), cancellationToken);
        foreach (var user in circle)
            user.Group = group;

        var members = await circle[^1].CountMembersAsync(cancellationToken);
        return members == circle.Length
            ? group
            : throw new InvalidOperationException($"Group {group} has {members} members and not {circle.Length}.");
    }

    // Message k is due at k / rate, whether or not the server keeps up.
    private async Task TalkAsync(MixedUser[] users, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var sending = new List<Task>();
        for (long number = 0; Stopwatch.GetElapsedTime(started) is var passed && passed < options.Duration;)
        {
            for (; number < passed.TotalSeconds * options.Rate; number++)
                sending.Add(SayAsync(users, number, cancellationToken));
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        }

        await Task.WhenAll(sending);
        await progress.WriteLineAsync($"{_sent.Count} messages after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    private async Task SayAsync(MixedUser[] users, long number, CancellationToken cancellationToken)
    {
        var from = users[number % users.Length];
        var to = number / users.Length % 2 == 0 ? Peer.Group(from.Group) : users[(number + 1) % users.Length].Id;
        try
        {
            _sent.Enqueue((from, to, await from.SayAsync(to, $"message {number}", cancellationToken)));
        }
        catch (ImException)
        {
            Interlocked.Increment(ref _failed);
        }
    }

    private async Task SettleAsync(MixedUser[] users, CancellationToken cancellationToken)
    {
        // There is no event for "nothing more comes"; so this looks, until all is there or patience ends.
        var expected = _sent.Sum(one => one.To.IsGroup ? users.Count(user => user.Group == one.To.Id) - 1 : 1L);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_settlePatience && users.Sum(static user => (long)user.Seen.Count) < expected)
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        await progress.WriteLineAsync($"settled after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }
}
