namespace BrokerIm.Simulation.Engine;

/// <summary>A process's clock: virtual time, with an error in what it says the time of day is.</summary>
internal sealed class NodeClock(Node node, Scheduler scheduler, TimeSpan skew) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Scheduler.Start + scheduler.Now + skew;

    // Not from zero: zero means "never" to some.
    public override long GetTimestamp() => scheduler.Now.Ticks + TimeSpan.TicksPerHour;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(node, scheduler, () => callback(state), dueTime, period);

    private sealed class Timer : ITimer
    {
        private readonly Node _node;
        private readonly Scheduler _scheduler;
        private readonly Action _fire;
        private int _setting;

        public Timer(Node node, Scheduler scheduler, Action fire, TimeSpan dueTime, TimeSpan period)
        {
            (_node, _scheduler, _fire) = (node, scheduler, fire);
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _setting++;
            if (dueTime != Timeout.InfiniteTimeSpan)
                Set(_setting, dueTime, period);
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Set(int setting, TimeSpan after, TimeSpan period) => _scheduler.After(after, _node, "", () =>
        {
            if (setting != _setting)
                return;
            if (period > TimeSpan.Zero)
                Set(setting, period, period);
            _fire();
        });
    }
}
