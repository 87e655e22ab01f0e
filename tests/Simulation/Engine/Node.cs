namespace BrokerIm.Simulation.Engine;

/// <summary>
/// One process of the system. All its code runs under this context, so its continuations come back to the scheduler; when it dies they
/// come back to nobody, and while it is paused they wait, as everything does in a process that the system has stopped.
/// </summary>
internal sealed class Node : SynchronizationContext
{
    private readonly Scheduler _scheduler;

    /// <summary>Starts a process.</summary>
    /// <param name="name">For the history.</param>
    /// <param name="scheduler">Who runs it.</param>
    /// <param name="skew">How far its wall clock is off.</param>
    /// <param name="crashes">Where it dies or pauses.</param>
    public Node(string name, Scheduler scheduler, TimeSpan skew, CrashPlan crashes)
    {
        (Name, _scheduler, Crashes) = (name, scheduler, crashes);
        Time = new(this, scheduler, skew);
    }

    /// <summary>For the history.</summary>
    public string Name { get; }

    /// <summary>Its clock.</summary>
    public NodeClock Time { get; }

    /// <summary>Where it dies or pauses.</summary>
    public CrashPlan Crashes { get; }

    /// <summary>Whether it is gone for good.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Until when it stands still.</summary>
    public TimeSpan WakesAt { get; private set; }

    /// <summary>Whether it stands still.</summary>
    public bool IsPaused => WakesAt > _scheduler.Now;

    /// <summary>Runs some of the process's code.</summary>
    public void Run(Action action)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    /// <summary>Starts what the process does for ever. When it ends by an exception, a promise is broken.</summary>
    public void Start(string what, Func<Task> work) => Run(() => _ = WatchAsync(what, work));

    /// <summary>The process is gone: nothing of it goes on, but what it had sent may still arrive.</summary>
    public void Die()
    {
        if (IsDead)
            return;

        IsDead = true;
        _scheduler.Trace.Add(_scheduler.Now, Name, "dies");
    }

    /// <summary>The process stands still for a while, without knowing.</summary>
    public void Pause(TimeSpan length)
    {
        WakesAt = _scheduler.Now + length;
        _scheduler.Trace.Add(_scheduler.Now, Name, "pauses", (ulong)length.TotalMilliseconds);
    }

    public override void Post(SendOrPostCallback d, object? state) => _scheduler.Enqueue(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing may wait for a continuation.");

    public override SynchronizationContext CreateCopy() => this;

    private async Task WatchAsync(string what, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (!IsDead)
        {
            // Whatever it is: a worker that ends so would end so again after its restart.
            _scheduler.Violate($"{Name}: {what} ended by {exception.GetType().Name}: {exception.Message}");
            if (exception is not InvalidDataException)
                _scheduler.Trace.Add(_scheduler.Now, Name, exception.ToString());
        }
    }
}
