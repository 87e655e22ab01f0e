using System.Diagnostics;
using System.Net;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.LoadTests.Idle;

/// <summary>What the idle scenario does.</summary>
/// <param name="Target">The server.</param>
/// <param name="Interval">Time between two heartbeats of a connection.</param>
/// <param name="ClientType">What the connections pass for.</param>
internal sealed record IdleOptions(EndPoint Target, TimeSpan Interval, ClientType ClientType);

/// <summary>
/// Users who are there and say nothing but that they are: every heartbeat must come back and no connection may end. What a
/// connection costs in memory is the growth of the server's memory by their number.
/// </summary>
/// <param name="options">What to do.</param>
/// <param name="accounts">One per connection.</param>
internal sealed class IdleScenario(IdleOptions options, IReadOnlyList<LoadUser> accounts) : IScenario
{
    private const int LoginsAtOnce = 32;
    private static readonly TimeSpan s_settlePatience = TimeSpan.FromSeconds(30);

    private readonly Step _heartbeat = new("heartbeat", new());
    private IdleUser[] _users = [];

    public string Name => "idle";

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["target"] = $"{options.Target}",
        ["connections"] = $"{accounts.Count}",
        ["heartbeat every"] = $"{options.Interval.TotalSeconds:0} s",
        ["client"] = $"{options.ClientType}",
    };

    public IReadOnlyList<Step> Steps => [_heartbeat];

    public MeasuredWindow Window => _heartbeat.Window;

    public WireMeter Wire { get; } = new();

    public async Task PrepareAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var users = new IdleUser?[accounts.Count];
        using var ready = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var beating = BeatMeanwhileAsync(users, ready.Token);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = LoginsAtOnce, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForAsync(0, users.Length, limit, async (index, stop) =>
            {
                var (connection, _) = await TeamTalkConnection.LogInAsync(options.Target, accounts[index], options.ClientType, Wire, stop);
                Volatile.Write(ref users[index], new(connection, _heartbeat));
            });
        }
        finally
        {
            await ready.CancelAsync();
            await beating;
        }

        _users = users!;
        await progress.WriteLineAsync($"{users.Length} connections after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    // The login of a hundred thousand takes longer than a server waits for the next sign of life of the first.
    private async Task BeatMeanwhileAsync(IdleUser?[] users, CancellationToken ready)
    {
        var seconds = (int)options.Interval.TotalSeconds;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var second = 0; !ready.IsCancellationRequested; second++)
        {
            for (var index = second % seconds; index < users.Length; index += seconds)
                Volatile.Read(ref users[index])?.Beat(Stopwatch.GetTimestamp());
            await ((Task)timer.WaitForNextTickAsync(ready).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Evenly spread over the interval, as those of people are who came at different times.
    public Task DriveAsync(CancellationToken stop) => Pacer.RunAsync(
        new LoadSimulation.Inject(_users.Length / options.Interval.TotalSeconds),
        (number, due) => _users[number % _users.Length].Beat(due),
        stop);

    public void Beat()
    {
        // Heartbeats are the scenario itself.
    }

    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_settlePatience && _users.Any(static user => user.IsWaiting))
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
    }

    public Verdict Judge() => new()
    {
        Checked = _users.Length,
        Unanswered = _users.LongCount(static user => user.IsWaiting),
        Disconnected = _users.LongCount(static user => user.IsGone),
    };

    public async ValueTask DisposeAsync() => await Task.WhenAll(_users.Select(static user => user.DisposeAsync().AsTask()));
}
