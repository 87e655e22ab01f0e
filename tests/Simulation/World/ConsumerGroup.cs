using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>
/// A consumer group as the broker that coordinates it sees it: who owns which partition under which generation, and what was committed.
/// A commit under an old generation changes nothing. Whoever lost a partition hears of it late, and until then goes on with it.
/// </summary>
internal sealed class ConsumerGroup<TRecord>(LogTopic<TRecord> topic, Scheduler scheduler, Weather weather)
{
    private static readonly TimeSpan s_soon = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(5);

    private readonly long?[] _committed = new long?[topic.Partitions];
    private readonly long[] _generations = new long[topic.Partitions];
    private readonly List<LogReader<TRecord>> _members = [];
    private readonly List<Action<int, long>> _watchers = [];
    private long _generation;

    /// <summary>The topic that is read.</summary>
    public LogTopic<TRecord> Topic => topic;

    /// <summary>What was committed for a partition; null when nothing was, or when the broker has forgotten.</summary>
    public long? CommittedOf(int partition) => _committed[partition];

    /// <summary>Tells somebody of every commit that counts: partition, next offset.</summary>
    public void Watch(Action<int, long> watcher) => _watchers.Add(watcher);

    /// <summary>A reader joins.</summary>
    public void Join(LogReader<TRecord> reader)
    {
        _members.Add(reader);
        Rebalance();
    }

    /// <summary>A reader was not heard of for too long.</summary>
    public void Drop(LogReader<TRecord> reader)
    {
        if (_members.Remove(reader))
            Rebalance();
    }

    /// <summary>Deals the partitions out anew.</summary>
    public void Rebalance()
    {
        _generation++;
        var shares = _members.ToDictionary(static member => member, static _ => new List<(int Partition, long Generation)>());
        for (var partition = 0; partition < topic.Partitions; partition++)
        {
            _generations[partition] = _generation;
            if (_members.Count > 0)
                shares[_members[scheduler.Random.Next(_members.Count)]].Add((partition, _generation));
        }

        scheduler.Trace.Add(scheduler.Now, "group", "rebalances", (ulong)_generation, (ulong)_members.Count);
        var generation = _generation;
        foreach (var (member, share) in shares)
        {
            var hears = scheduler.Within(scheduler.Happens(weather.Slow) ? s_late : s_soon);
            scheduler.After(hears, member.Node, "hears of its partitions", () => member.Hear(generation, share));
        }
    }

    /// <summary>Takes a commit, if its reader still owns the partition.</summary>
    public void Commit(int partition, long generation, long next)
    {
        if (_generations[partition] != generation)
        {
            scheduler.Trace.Add(scheduler.Now, "group", "fences a commit", (ulong)partition, (ulong)next);
            return;
        }

        _committed[partition] = next;
        foreach (var watcher in _watchers)
            watcher(partition, next);
    }

    /// <summary>An operator sets a partition back, or the broker forgets (null).</summary>
    public void Reset(int partition, long? next)
    {
        scheduler.Trace.Add(scheduler.Now, "group", "is set back", (ulong)partition, (ulong)(next ?? 0));
        _committed[partition] = next;
        Rebalance();
    }
}
