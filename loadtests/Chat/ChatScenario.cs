using System.Diagnostics;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Chat;

/// <summary>Pairs of users talk to each other, both at once; then it is checked that every message arrived as it should.</summary>
internal sealed class ChatScenario(ChatOptions options, TextWriter progress)
{
    private const int LoginsAtOnce = 32;
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_settlePatience = TimeSpan.FromSeconds(30);

    private readonly ChatRun _run = new(options);

    /// <summary>Runs it.</summary>
    /// <param name="accounts">At least two per pair.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ChatResult> RunAsync(IReadOnlyList<LoadUser> accounts, CancellationToken cancellationToken)
    {
        var users = await LogInAsync(accounts, cancellationToken);
        try
        {
            await MeetAsync(users, cancellationToken);
            using var pacing = new CancellationTokenSource();
            _run.IsSending = true;
            var sending = _run.IsClosedLoop ? BeginAsync(users) : Task.Run(() => Pace(users, pacing.Token), cancellationToken);

            await WatchAsync(users, options.WarmUp, "warm-up", cancellationToken);
            var before = Sample.Take(_run.Meters);
            _run.Meters.Start();
            await WatchAsync(users, options.Duration, "measured", cancellationToken);
            var after = Sample.Take(_run.Meters);
            _run.Meters.Stop();

            _run.IsSending = false;
            await pacing.CancelAsync();
            await sending;
            await SettleAsync(users, cancellationToken);
            return new(options, _run.Meters, before, after, ChatVerdict.Of(users), users.Count);
        }
        finally
        {
            await Task.WhenAll(users.Select(user => user.DisposeAsync().AsTask()));
        }
    }

    private async Task<IReadOnlyList<ChatUser>> LogInAsync(IReadOnlyList<LoadUser> accounts, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var users = new ChatUser[options.Pairs * 2];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = LoginsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, users.Length, limit, async (index, stop) =>
            users[index] = await ChatUser.LogInAsync(_run, accounts[index], stop));
        await progress.WriteLineAsync($"{users.Length} users logged in after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
        return users;
    }

    private static async Task MeetAsync(IReadOnlyList<ChatUser> users, CancellationToken cancellationToken)
    {
        var limit = new ParallelOptions { MaxDegreeOfParallelism = LoginsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, users.Count, limit, async (index, stop) =>
            await users[index].MeetAsync(users[index ^ 1].Id, stop));
    }

    private static Task BeginAsync(IReadOnlyList<ChatUser> users)
    {
        foreach (var user in users)
            user.Begin();
        return Task.CompletedTask;
    }

    // Message k of all is due at k / rate, whether or not the server keeps up: a slow server must not slow its own clock.
    private void Pace(IReadOnlyList<ChatUser> users, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var ticksPerMessage = Stopwatch.Frequency / options.Rate!.Value;
        for (long number = 0; !stop.IsCancellationRequested;)
        {
            var now = Stopwatch.GetTimestamp();
            for (; start + (long)(number * ticksPerMessage) is var due && due <= now; number++)
                users[(int)(number % users.Count)].SendAt(due);
            stop.WaitHandle.WaitOne(millisecondsTimeout: 1);
        }
    }

    private async Task WatchAsync(
        IReadOnlyList<ChatUser> users, TimeSpan time, string phase, CancellationToken cancellationToken)
    {
        var ends = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var lastBeat = Stopwatch.GetTimestamp();
        var last = Sample.Take(_run.Meters);
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), ends) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), cancellationToken);
            var sample = Sample.Take(_run.Meters);
            var seconds = (sample.At - last.At).TotalSeconds;
            await progress.WriteLineAsync(
                $"{phase}: {(sample.Acked - last.Acked) / seconds:N0} acked/s, {(sample.Delivered - last.Delivered) / seconds:N0} delivered/s");
            last = sample;

            if (Stopwatch.GetElapsedTime(lastBeat) < s_heartbeat)
                continue;
            lastBeat = Stopwatch.GetTimestamp();
            foreach (var user in users)
                user.Beat();
        }
    }

    private async Task SettleAsync(IReadOnlyList<ChatUser> users, CancellationToken cancellationToken)
    {
        // There is no event for "nothing more comes"; so this looks, until all is there or patience ends.
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_settlePatience && !IsComplete(users))
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        await progress.WriteLineAsync($"settled after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    private static bool IsComplete(IReadOnlyList<ChatUser> users)
    {
        for (var index = 0; index < users.Count; index++)
        {
            if (!users[index].IsSettled || users[index].Ledger.Acked.Count > users[index ^ 1].Ledger.Received.Count)
                return false;
        }

        return true;
    }
}
