using System.Collections.Concurrent;
using System.Diagnostics;
using BrokerIm.Client;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Users;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>
/// A day at work: all log in together, load contacts, groups and conversations, make groups, talk in groups and in pairs, read, and
/// now and then somebody loses his connection and comes back. At the end it is checked that every acknowledged message is known once,
/// in order, to everybody it was for.
/// </summary>
/// <param name="options">What to do.</param>
/// <param name="accounts">One per user.</param>
internal sealed class MixedScenario(MixedOptions options, IReadOnlyList<LoadUser> accounts) : IScenario
{
    private static readonly TimeSpan s_settlePatience = TimeSpan.FromSeconds(60);

    private readonly MixedMeters _meters = new(new());
    private readonly ConcurrentQueue<(MixedUser From, Peer To, uint Id)> _sent = new();
    private readonly ConcurrentBag<Task> _work = [];
    private MixedUser[] _users = [];
    private MixedUser[][] _circles = [];
    private long _failed;

    public string Name => "mixed";

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["target"] = $"{options.Target}",
        ["users"] = $"{options.Users}",
        ["group size"] = $"{options.GroupSize}",
        ["load"] = $"{new LoadSimulation.Inject(options.Rate)}",
        ["reconnects per second"] = $"{options.ReconnectRate}",
    };

    public IReadOnlyList<Step> Steps => [_meters.Acked, _meters.LoggedIn, _meters.Loaded, _meters.Returned];

    public MeasuredWindow Window => _meters.Window;

    public WireMeter Wire { get; } = new();

    public async Task PrepareAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        _users = await TogetherAsync(
            progress, "logged in", accounts, account => MixedUser.LogInAsync(options.Target, account, _meters, cancellationToken));
        await TogetherAsync(progress, "loaded their lists", _users.Index(), async user =>
        {
            await user.Item.LoadAsync(cancellationToken);

            // Only the neighbour before him writes to him alone.
            await user.Item.ForgetPastAsync(_users[(user.Index + _users.Length - 1) % _users.Length].Id, cancellationToken);
            return true;
        });
        _circles = [.. _users.Chunk(options.GroupSize)];
        await TogetherAsync(progress, "made groups", _circles, circle => GatherAsync(circle, cancellationToken));
    }

    public async Task DriveAsync(CancellationToken stop)
    {
        // What has begun is finished though the day is over.
        var talking = Pacer.RunAsync(
            new LoadSimulation.Inject(options.Rate), (number, due) => _work.Add(Task.Run(() => SayAsync(number, due), CancellationToken.None)), stop);
        if (options.ReconnectRate > 0)
        {
            await Pacer.RunAsync(
                new LoadSimulation.Inject(options.ReconnectRate),
                (_, _) => _work.Add(Task.Run(() => _users[Random.Shared.Next(_users.Length)].ReturnAsync(CancellationToken.None), CancellationToken.None)),
                stop);
        }

        await talking;
        await Task.WhenAll(_work);
    }

    public void Beat()
    {
        // The SDK does it.
    }

    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        // There is no event for "nothing more comes"; so this looks, until all is there or patience ends.
        var members = _circles.ToDictionary(static circle => circle[0].Group, static circle => circle.Length);
        var expected = _sent.Sum(one => one.To.IsGroup ? members[one.To.Id] - 1 : 1L);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_settlePatience && _users.Sum(static user => user.KnownCount) < expected)
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
    }

    public Verdict Judge() => MixedVerdict.Of(_users, _circles, [.. _sent], Interlocked.Read(ref _failed));

    public async ValueTask DisposeAsync() => await Task.WhenAll(_users.Select(static user => user.DisposeAsync().AsTask()));

    private static async Task<TResult[]> TogetherAsync<TItem, TResult>(
        TextWriter progress, string done, IEnumerable<TItem> items, Func<TItem, Task<TResult>> work)
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
        {
            user.Group = group;
            await user.ForgetPastAsync(Peer.Group(group), cancellationToken);
        }

        var members = await circle[^1].CountMembersAsync(cancellationToken);
        return members == circle.Length
            ? group
            : throw new InvalidOperationException($"Group {group} has {members} members and not {circle.Length}.");
    }

    private async Task SayAsync(long number, long due)
    {
        var from = _users[number % _users.Length];
        var to = number / _users.Length % 2 == 0 ? Peer.Group(from.Group) : _users[(number + 1) % _users.Length].Id;
        try
        {
            _sent.Enqueue((from, to, await from.SayAsync(to, $"message {number}", due, CancellationToken.None)));
        }
        catch (ImException)
        {
            Interlocked.Increment(ref _failed);
        }
    }
}
