using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Deliver;

/// <summary>
/// Who is in the groups of this worker's partitions: read from the store when a group is first met, then kept up by the group's own
/// events, which come on the same partition as its messages.
/// </summary>
internal sealed class GroupRosters(IGroupReader store, IOptions<DeliverOptions> options)
{
    private readonly Dictionary<uint, (int Partition, GroupRoster Roster)> _rosters = [];
    private readonly Dictionary<int, long> _generations = [];

    /// <summary>Begins a slice. What is known of a partition that was elsewhere meanwhile is void.</summary>
    public void Enter(int partition, long generation)
    {
        if (_generations.TryGetValue(partition, out var known) && known == generation)
            return;

        _generations[partition] = generation;
        foreach (var group in _rosters.Where(one => one.Value.Partition == partition).Select(static one => one.Key).ToList())
            _rosters.Remove(group);
    }

    /// <summary>Brings in the groups of a batch that are not here.</summary>
    /// <exception cref="DependencyUnavailableException">The store did not answer; some may be here.</exception>
    public async ValueTask LoadAsync(IEnumerable<(uint Group, int Partition)> groups, CancellationToken cancellationToken)
    {
        foreach (var (group, partition) in groups)
        {
            if (!_rosters.ContainsKey(group))
                _rosters[group] = (partition, new(await store.MembersAsync(group, cancellationToken)));
        }
    }

    /// <summary>A group of the current batch.</summary>
    public GroupRoster Get(uint group) => _rosters[group].Roster;

    /// <summary>Forgets everything when it has become too much; what is needed is read again.</summary>
    public void Trim()
    {
        if (_rosters.Values.Sum(static one => (long)one.Roster.Count) > options.Value.GroupCacheMembers)
            _rosters.Clear();
    }

    /// <summary>Forgets what may not have followed its events.</summary>
    public void Clear() => _rosters.Clear();
}
