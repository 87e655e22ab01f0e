namespace BrokerIm.Cql.Cluster;

/// <summary>
/// Which nodes hold a range, by the rules of Cassandra's replication strategies. A strategy that is not known here is treated as if
/// the range's owner alone had it: whoever is asked finds the others.
/// </summary>
internal static class ReplicaPlacement
{
    private const string Simple = "SimpleStrategy";
    private const string NetworkTopology = "NetworkTopologyStrategy";

    /// <summary>The replicas of each range of the ring, the range's owner first; indices into <paramref name="nodes"/>.</summary>
    public static int[][] Of(TokenRing ring, IReadOnlyList<NodeRow> nodes, CqlReplication replication)
    {
        var place = replication.Strategy switch
        {
            Simple => FirstDistinct(Math.Min(Math.Max(replication.Factor, 1), nodes.Count)),
            NetworkTopology => PerDatacenter(nodes, replication),
            _ => FirstDistinct(1),
        };
        return [.. Enumerable.Range(0, ring.Count).Select(range => place(ring.OwnersFrom(range)))];
    }

    /// <summary>SimpleStrategy: the first so many different nodes around the ring.</summary>
    private static Func<IEnumerable<int>, int[]> FirstDistinct(int count) => owners => [.. owners.Distinct().Take(count)];

    /// <summary>
    /// NetworkTopologyStrategy: in each datacenter the first so many nodes around the ring, but no rack twice as long as another
    /// rack has none; where there are fewer racks than replicas, as many repetitions as that takes.
    /// </summary>
    private static Func<IEnumerable<int>, int[]> PerDatacenter(IReadOnlyList<NodeRow> nodes, CqlReplication replication)
    {
        var datacenters = nodes
            .GroupBy(node => node.Datacenter)
            .Select(group => (
                Name: group.Key,
                Replicas: Math.Min(replication.FactorOf(group.Key), group.Count()),
                Racks: group.Select(node => node.Rack).Distinct().Count()))
            .Where(datacenter => datacenter.Replicas > 0)
            .ToList();

        return owners =>
        {
            var open = datacenters.ToDictionary(dc => dc.Name, dc => new DatacenterPlaces(dc.Replicas, dc.Racks));
            var left = datacenters.Sum(datacenter => datacenter.Replicas);
            var replicas = new List<int>(left);
            foreach (var owner in owners.Distinct().TakeWhile(_ => left > 0))
            {
                if (open.TryGetValue(nodes[owner].Datacenter, out var places) && places.TryTake(nodes[owner].Rack))
                {
                    replicas.Add(owner);
                    left--;
                }
            }

            return [.. replicas];
        };
    }

    private sealed class DatacenterPlaces(int replicas, int racks)
    {
        private readonly HashSet<string> _racks = [];
        private int _left = replicas;
        private int _repetitions = Math.Max(replicas - racks, 0);

        public bool TryTake(string rack)
        {
            if (_left == 0 || (!_racks.Add(rack) && _repetitions-- <= 0))
                return false;
            _left--;
            return true;
        }
    }
}
