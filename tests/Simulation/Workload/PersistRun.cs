using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.Variants;
using BrokerIm.Simulation.World;

namespace BrokerIm.Simulation.Workload;

/// <summary>
/// A run of Persist workers on log and store: a storm of some seconds, then calm, then everything once more by a worker that knows nothing.
/// </summary>
internal sealed class PersistRun : IRun
{
    private static readonly TimeSpan s_storm = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_replay = TimeSpan.FromSeconds(20);

    private readonly Cluster _cluster;
    private readonly Scheduler _scheduler;
    private readonly Supervisor _workers;
    private readonly Publisher[] _publishers;
    private readonly Entries _entries;

    private readonly bool _troubles;

    /// <summary>Prepares a run.</summary>
    /// <param name="scheduler">Who runs it.</param>
    /// <param name="variant">What is run.</param>
    /// <param name="weather">Until the storm is over.</param>
    /// <param name="size">How large everything is.</param>
    /// <param name="crashes">Where workers die or pause.</param>
    /// <param name="troubles">Whether partitions change hands, and what is committed is lost and set back.</param>
    public PersistRun(
        Scheduler scheduler, Variant variant, Weather weather, ClusterSize size, CrashPlan crashes, bool troubles)
    {
        (_scheduler, _troubles) = (scheduler, troubles);
        _cluster = new(scheduler, weather, size, variant);
        _workers = new(scheduler, number => new PersistWorker(_cluster, number, crashes), size.Workers);
        _publishers = [new(_cluster, 1), new(_cluster, 2)];
        _entries = new(scheduler.Random, () => AnyPublisher().NowMs);
    }

    /// <summary>A run drawn by its seed.</summary>
    public static PersistRun Draw(Scheduler scheduler, Variant variant)
    {
        var weather = Weather.Draw(scheduler.Random);
        return new(
            scheduler, variant, weather, ClusterSize.Draw(scheduler.Random), new ChanceCrashes(scheduler, weather), troubles: true);
    }

    public void Dispose() => _cluster.Dispose();

    public void Run()
    {
        _publishers[0].Publish(_entries.Groups());
        _workers.Start();
        PublishLater(scheduledEntries: 60 + _scheduler.Random.Next(60));
        if (_troubles)
            TroubleLater();
        _scheduler.RunUntil(s_storm);

        _cluster.Weather.ClearUp();
        _scheduler.RunUntil(s_storm + s_calm);
        CheckProgress();
        if (_scheduler.Violation is not null)
            return;

        SetBack();
        _workers.ReplaceAll();
        _scheduler.RunUntil(s_storm + s_calm + s_replay);
        _cluster.Replicas.Repair();
        _cluster.Checker.CheckEnd((int)_cluster.DeadLetters.EndOf(0));
    }

    // Of the two accounts of what is done one may have been lost.
    private void CheckProgress()
    {
        var progress = _cluster.Replicas.Read(new(Table.Progress, 0));
        for (var partition = 0; partition < _cluster.Inbound.Partitions; partition++)
        {
            var noted = progress.GetValueOrDefault(new((ulong)partition))?.Number ?? 0;
            if (Math.Max(_cluster.Persist.CommittedOf(partition) ?? 0, noted) != _cluster.Inbound.EndOf(partition))
                _scheduler.Violate($"partition {partition} is not worked off {s_calm} after the storm");
        }
    }

    private Publisher AnyPublisher() => _publishers[_scheduler.Random.Next(_publishers.Length)];

    private void PublishLater(int scheduledEntries)
    {
        if (scheduledEntries <= 0)
            return;

        _scheduler.After(_scheduler.Within(s_storm / 40), null, "", () =>
        {
            var count = _scheduler.Random.Next(1, 6);
            AnyPublisher().Publish([.. Enumerable.Range(0, count).Select(_ => _entries.Next())]);
            PublishLater(scheduledEntries - count);
        });
    }

    // Rebalances for no reason, offsets that a broker forgets or an operator sets back, progress that the store loses.
    private void TroubleLater() => _scheduler.After(_scheduler.Within(s_storm / 3), null, "", () =>
    {
        if (_scheduler.Now >= s_storm)
            return;

        switch (_scheduler.Random.Next(6))
        {
            case 0:
                SetBack();
                break;
            case 1:
                LoseOneAccount();
                break;
            default:
                _cluster.Persist.Rebalance();
                break;
        }

        TroubleLater();
    });

    // Broker and store both say what is done. One of them may forget, not both.
    private void LoseOneAccount()
    {
        var partition = _scheduler.Random.Next(_cluster.Inbound.Partitions);
        var (rows, key) = (new RowSet(Table.Progress, 0), new RowKey((ulong)partition));
        if (_cluster.Persist.CommittedOf(partition) is not null && _scheduler.Happens(0.5))
            _cluster.Replicas.Lose(rows, key);
        else if (_cluster.Replicas.CopiesWith(rows, key, static _ => true) == Replicas.Count)
            _cluster.Persist.Reset(partition, null);
    }

    private void SetBack()
    {
        for (var partition = 0; partition < _cluster.Inbound.Partitions; partition++)
        {
            if (_cluster.Persist.CommittedOf(partition) is { } committed)
                _cluster.Persist.Reset(partition, Math.Max(0, committed - _scheduler.Random.Next(12)));
        }
    }
}
