using BrokerIm.Core.Ports;

namespace BrokerIm.Simulation.Engine;

/// <summary>
/// Calls of one process to a service. Every call may be slow, fail before or after its work, do its work long after it has failed, and
/// be the last thing its process did.
/// </summary>
internal sealed class Wire(Node node, Scheduler scheduler, Weather weather)
{
    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    /// <summary>Whose calls.</summary>
    public Node Node => node;

    /// <summary>Asks for something that has an answer at once when it arrives.</summary>
    /// <param name="call">Name of the call.</param>
    /// <param name="effect">What the service does; may throw <see cref="DependencyUnavailableException"/>.</param>
    public Task<T> AskAsync<T>(string call, Func<T> effect) => AskAsync<T>(call, answer => answer(effect()));

    /// <summary>Asks for something that the service answers when it likes.</summary>
    /// <param name="call">Name of the call.</param>
    /// <param name="effect">What the service does, and how it answers.</param>
    public Task<T> AskAsync<T>(string call, Action<Action<T>> effect)
    {
        scheduler.Stay(call);
        var waiting = new TaskCompletionSource<T>();
        if (node.IsDead)
            return waiting.Task;

        // A process that stands still says nothing until it wakes.
        var mayDie = !node.IsPaused;
        var fate = mayDie ? node.Crashes.At(call) : Fate.PausesBefore;
        if (fate == Fate.DiesBefore)
        {
            node.Die();
            return waiting.Task;
        }

        if (fate == Fate.PausesBefore)
        {
            if (mayDie)
                Pause();
            scheduler.After(TimeSpan.Zero, node, call, () => Send(call, effect, waiting));
            return waiting.Task;
        }

        Send(call, effect, waiting);
        if (fate == Fate.DiesAfter)
            node.Die();
        else if (fate == Fate.PausesAfter)
            Pause();
        return waiting.Task;
    }

    private void Pause() => node.Pause(TimeSpan.FromMilliseconds(500 + scheduler.Random.Next(9_500)));

    private void Send<T>(string call, Action<Action<T>> effect, TaskCompletionSource<T> waiting)
    {
        if (scheduler.Happens(weather.Refusal))
        {
            Fail(call, waiting, Takes());
            return;
        }

        if (scheduler.Happens(weather.Belated))
        {
            Fail(call, waiting, s_timeout);
            scheduler.After(s_timeout + scheduler.Within(weather.Latest), null, call, () => effect(static _ => { }));
            return;
        }

        var answerIsLost = scheduler.Happens(weather.LostAnswer);
        if (answerIsLost)
            Fail(call, waiting, s_timeout);
        scheduler.After(Takes(), null, call, () => effect(answer =>
        {
            if (!answerIsLost)
                scheduler.After(Takes(), node, "", () => waiting.TrySetResult(answer));
        }));
    }

    private void Fail<T>(string call, TaskCompletionSource<T> waiting, TimeSpan after) => scheduler.After(
        after, node, "", () => waiting.TrySetException(new DependencyUnavailableException($"{call} failed.")));

    private TimeSpan Takes() => scheduler.Within(scheduler.Happens(weather.Slow) ? weather.Slowest : s_quick);
}
