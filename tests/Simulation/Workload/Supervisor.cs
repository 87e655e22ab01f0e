using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.Workload;

/// <summary>A process that takes part in a consumer group.</summary>
internal interface IWorker
{
    /// <summary>The process.</summary>
    Node Node { get; }

    /// <summary>Has it take part.</summary>
    void Join();

    /// <summary>The group's coordinator does not hear of it any more.</summary>
    void Leave();
}

/// <summary>
/// Keeps so many workers running: replaces the dead, and does with those that stand still what a coordinator does - gives their partitions
/// to others, and takes them back when they wake up, by then zombies that know of nothing.
/// </summary>
internal sealed class Supervisor(Scheduler scheduler, Func<int, IWorker> start, int wanted)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(700);

    private readonly List<(IWorker Worker, bool IsMember)> _workers = [];
    private int _started;

    /// <summary>Workers that are not dead.</summary>
    public IEnumerable<IWorker> Alive => _workers.Select(static one => one.Worker).Where(static worker => !worker.Node.IsDead);

    /// <summary>Starts the workers and looks after them from now on.</summary>
    public void Start()
    {
        for (var i = 0; i < wanted; i++)
            StartOne();
        LookLater();
    }

    /// <summary>Everybody dies, and one who has never done anything takes over.</summary>
    public void ReplaceAll()
    {
        foreach (var worker in Alive.ToList())
            worker.Node.Die();
        Look();
    }

    private void StartOne() => _workers.Add((start(++_started), true));

    private void LookLater() => scheduler.After(s_interval, null, "", () =>
    {
        Look();
        LookLater();
    });

    private void Look()
    {
        for (var i = _workers.Count - 1; i >= 0; i--)
        {
            var (worker, isMember) = _workers[i];
            if (worker.Node.IsDead)
            {
                _workers.RemoveAt(i);
                worker.Leave();
                StartOne();
            }
            else if (worker.Node.IsPaused && isMember)
            {
                _workers[i] = (worker, false);
                worker.Leave();
            }
            else if (!worker.Node.IsPaused && !isMember)
            {
                _workers[i] = (worker, true);
                worker.Join();
            }
        }
    }
}
