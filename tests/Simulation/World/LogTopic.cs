using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>A topic as the brokers hold it: what is appended is there for good, in one order per partition.</summary>
internal sealed class LogTopic<TRecord>(int partitions, Scheduler scheduler)
{
    private readonly List<TRecord>[] _partitions = [.. Enumerable.Range(0, partitions).Select(static _ => new List<TRecord>())];
    private readonly List<Action<int, long, TRecord>> _watchers = [];
    private List<Action> _parked = [];

    /// <summary>Number of partitions.</summary>
    public int Partitions => partitions;

    /// <summary>Offset after the last record of a partition.</summary>
    public long EndOf(int partition) => _partitions[partition].Count;

    /// <summary>A record.</summary>
    public TRecord Get(int partition, long offset) => _partitions[partition][(int)offset];

    /// <summary>Tells somebody of every record as it is appended: partition, offset, record.</summary>
    public void Watch(Action<int, long, TRecord> watcher) => _watchers.Add(watcher);

    /// <summary>Adds a record.</summary>
    public void Append(int partition, TRecord record)
    {
        _partitions[partition].Add(record);
        foreach (var watcher in _watchers)
            watcher(partition, _partitions[partition].Count - 1, record);
        WakeParked();
    }

    /// <summary>Calls somebody when there is news.</summary>
    public void Park(Action wake) => _parked.Add(wake);

    /// <summary>Has everybody who waits look again.</summary>
    public void WakeParked()
    {
        if (_parked.Count == 0)
            return;

        var parked = _parked;
        _parked = [];
        scheduler.After(scheduler.Within(TimeSpan.FromMilliseconds(3)), null, "", () =>
        {
            foreach (var wake in parked)
                wake();
        });
    }
}
