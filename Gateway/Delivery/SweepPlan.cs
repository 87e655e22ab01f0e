namespace BrokerIm.Gateway.Delivery;

/// <summary>What the next sweep has to look at. Breaks that come before it starts become one sweep.</summary>
internal sealed class SweepPlan
{
    private readonly Lock _gate = new();
    private readonly HashSet<int> _partitions = [];
    private long _sinceMs = long.MaxValue;
    private TaskCompletionSource? _demand;

    /// <summary>Deliveries of partitions may be missing since a moment.</summary>
    public void Demand(IEnumerable<int> partitions, long sinceMs)
    {
        lock (_gate)
        {
            _partitions.UnionWith(partitions);
            _sinceMs = Math.Min(_sinceMs, sinceMs);
            _demand?.TrySetResult();
            _demand = null;
        }
    }

    /// <summary>Completes when there is something to look at.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_partitions.Count > 0)
                return Task.CompletedTask;

            _demand ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _demand.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes everything demanded so far.</summary>
    public (IReadOnlySet<int> Partitions, long SinceMs) Take()
    {
        lock (_gate)
        {
            var taken = (new HashSet<int>(_partitions), _sinceMs);
            _partitions.Clear();
            _sinceMs = long.MaxValue;
            return taken;
        }
    }
}
