namespace BrokerIm.Faults.Workload;

/// <summary>Which messages a device has, by conversation. Safe for several threads.</summary>
internal sealed class Holdings
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<uint>> _ids = [];

    public void Add(string conversation, uint id)
    {
        lock (_gate)
        {
            if (!_ids.TryGetValue(conversation, out var ids))
                _ids.Add(conversation, ids = []);
            ids.Add(id);
        }
    }

    /// <summary>The lowest id that it has not; 1 to begin with.</summary>
    public uint FirstMissing(string conversation)
    {
        lock (_gate)
        {
            var ids = _ids.GetValueOrDefault(conversation, []);
            var missing = 1u;
            while (ids.Contains(missing))
                missing++;
            return missing;
        }
    }
}
