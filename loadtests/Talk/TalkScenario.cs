using System.Diagnostics;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.LoadTests.Talk;

/// <summary>Users talk in conversations; then it is checked that every message arrived as it should, everywhere.</summary>
internal abstract class TalkScenario(TalkOptions options) : IScenario
{
    /// <summary>Logins that wait for an answer at any time while a scenario is prepared.</summary>
    protected const int LoginsAtOnce = 32;

    private static readonly TimeSpan s_settlePatience = TimeSpan.FromSeconds(30);

    private IReadOnlyList<Conversation> _conversations = [];

    public abstract string Name { get; }

    public abstract IReadOnlyDictionary<string, string> Settings { get; }

    public virtual IReadOnlyList<Step> Steps => [Run.Acked, Run.Received];

    public MeasuredWindow Window => Run.Window;

    public WireMeter Wire => Run.Wire;

    /// <summary>What the users share.</summary>
    protected TalkRun Run { get; } = new(options);

    /// <summary>Everybody, once prepared.</summary>
    protected IEnumerable<Talker> Talkers => _conversations.SelectMany(static conversation => conversation.Members);

    public async Task PrepareAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        _conversations = await MeetAsync(cancellationToken);
        await progress.WriteLineAsync(
            $"{Talkers.Count()} users in {_conversations.Count} conversations after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    public async Task DriveAsync(CancellationToken stop)
    {
        Run.IsSending = true;
        Talker[] senders = [.. Talkers.Where(static talker => talker.IsSender)];
        if (options.Load is IOpenLoop load)
        {
            await Pacer.RunAsync(load, (number, due) => senders[number % senders.Length].SendAt(due), stop);
        }
        else
        {
            foreach (var sender in senders)
                sender.Begin();
            await Task.Delay(Timeout.InfiniteTimeSpan, stop).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        Run.IsSending = false;
    }

    public void Beat()
    {
        foreach (var talker in Talkers)
            talker.Beat();
    }

    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        // There is no event for "nothing more comes"; so this looks, until all is there or patience ends.
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_settlePatience && !_conversations.All(static one => one.IsComplete))
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
    }

    public Verdict Judge() => Conversation.Judge(_conversations);

    public async ValueTask DisposeAsync() => await Task.WhenAll(Talkers.Select(static talker => talker.DisposeAsync().AsTask()));

    /// <summary>Connects everybody and brings them together.</summary>
    protected abstract Task<IReadOnlyList<Conversation>> MeetAsync(CancellationToken cancellationToken);

    /// <summary>Does something for many, a few at a time.</summary>
    protected static async Task<TResult[]> ForEachAsync<TItem, TResult>(
        IReadOnlyList<TItem> items, Func<TItem, CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Count];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = LoginsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, items.Count, limit, async (index, stop) => results[index] = await work(items[index], stop));
        return results;
    }
}
