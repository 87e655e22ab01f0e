namespace BrokerIm.Gateway.Delivery;

/// <summary>What the next sweep has to look at. Breaks that come before it starts become one sweep.</summary>
internal sealed class SweepPlan
{
    private readonly Lock _gate = new();
    private readonly HashSet<int> _partitions = [];
    private long _sinceMs = long.MaxValue;
    private int _demanded;
    private int _done;
    private TaskCompletionSource? _demand;

    /// <summary>Whether everything that was demanded has been looked at.</summary>
    public bool IsDone => Volatile.Read(ref _done) == Volatile.Read(ref _demanded);

    /// <summary>Deliveries of partitions may be missing since a moment.</summary>
    public void Demand(IEnumerable<int> partitions, long sinceMs)
    {
        lock (_gate)
        {
            _partitions.UnionWith(partitions);
            _sinceMs = Math.Min(_sinceMs, sinceMs);
            _demanded++;
            _demand?.TrySetResult();
            _demand = null;
        }
    }

    /// <summary>Completes when there is something to look at. For one who waits.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource demand;
        lock (_gate)
        {
            if (_partitions.Count > 0)
                return;

            _demand = demand = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), demand);
        await demand.Task;
    }

    /// <summary>Takes everything demanded so far.</summary>
    public (IReadOnlySet<int> Partitions, long SinceMs, int Demands) Take()
    {
        lock (_gate)
        {
            var taken = (new HashSet<int>(_partitions), _sinceMs, _demanded);
            _partitions.Clear();
            _sinceMs = long.MaxValue;
            return taken;
        }
    }

    /// <summary>Everything up to a number of demands has been looked at.</summary>
    public void Done(int demands) => Volatile.Write(ref _done, demands);
}
