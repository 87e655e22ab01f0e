namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>Partitions that a reader holds, each under the generation of its assignment. Safe from any thread.</summary>
internal sealed class AssignedPartitions
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _generations = [];
    private long _lastGeneration;

    public void Add(IEnumerable<int> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions)
                _generations[partition] = ++_lastGeneration;
        }
    }

    public void Remove(IEnumerable<int> partitions)
    {
        lock (_gate)
        {
            foreach (var partition in partitions)
                _generations.Remove(partition);
        }
    }

    /// <summary>Does something, unless the partition was taken away or given anew since that generation, and not while that happens.</summary>
    public bool TryUnder(int partition, long generation, Action action)
    {
        lock (_gate)
        {
            if (!_generations.TryGetValue(partition, out var current) || current != generation)
                return false;

            action();
            return true;
        }
    }

    public IReadOnlyList<(int Partition, long Generation)> Snapshot()
    {
        lock (_gate)
            return [.. _generations.Select(held => (held.Key, held.Value))];
    }
}
