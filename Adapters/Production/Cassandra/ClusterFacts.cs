using System.Globalization;
using System.Text.Json;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>What a cluster says of itself.</summary>
/// <param name="Release">Release of the node that was asked.</param>
/// <param name="Datacenter">Where that node is.</param>
/// <param name="NodesOf">Nodes per datacenter.</param>
/// <param name="Replication">How the keyspace is replicated; null if there is no such keyspace.</param>
/// <param name="HasSchemaTable">Whether the keyspace has been migrated at all.</param>
internal sealed record ClusterFacts(
    Version Release, string Datacenter, IReadOnlyDictionary<string, int> NodesOf, Replication? Replication, bool HasSchemaTable)
{
    private static readonly Version s_newSystemTables = new(3, 0);

    private static readonly CassandraRead<None, (string Release, string Datacenter)> s_local = new(
        "SELECT release_version, data_center FROM system.local", None.Bind, static row => (row.Text(0), row.Text(1)));

    private static readonly CassandraRead<None, string> s_peers = new(
        "SELECT data_center FROM system.peers", None.Bind, static row => row.IsNull(0) ? "" : row.Text(0));

    private static readonly CassandraRead<string, Replication> s_replication = new(
        "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = ?",
        static (keyspace, values) => values.Add(keyspace),
        static row => Replication.Of(row.TextMap(0)));

    private static readonly CassandraRead<string, Replication> s_oldReplication = new(
        "SELECT strategy_class, strategy_options FROM system.schema_keyspaces WHERE keyspace_name = ?",
        static (keyspace, values) => values.Add(keyspace),
        static row => Replication.Of(row.Text(0), JsonSerializer.Deserialize<Dictionary<string, string>>(row.Text(1)) ?? []));

    private static readonly CassandraRead<string, string> s_table = new(
        $"SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = '{AppliedSchema.Table}'",
        static (keyspace, values) => values.Add(keyspace),
        static row => row.Text(0));

    private static readonly CassandraRead<string, string> s_oldTable = new(
        $"SELECT columnfamily_name FROM system.schema_columnfamilies WHERE keyspace_name = ? AND columnfamily_name = '{AppliedSchema.Table}'",
        static (keyspace, values) => values.Add(keyspace),
        static row => row.Text(0));

    /// <summary>Asks.</summary>
    public static async ValueTask<ClusterFacts> ReadAsync(ICassandraSession session, string keyspace, CancellationToken cancellationToken)
    {
        var (releaseText, datacenter) = (await session.ReadAsync(s_local, default, cancellationToken))[0];
        var peers = await session.ReadAsync(s_peers, default, cancellationToken);
        var release = ParseRelease(releaseText);
        var isNew = release >= s_newSystemTables;
        var replication = await session.ReadAsync(isNew ? s_replication : s_oldReplication, keyspace, cancellationToken);
        var table = await session.ReadAsync(isNew ? s_table : s_oldTable, keyspace, cancellationToken);

        // A peer without a datacenter is one that is just joining, or was never quite removed.
        var nodesOf = peers.Append(datacenter).Where(static place => place.Length > 0)
            .CountBy(static place => place).ToDictionary(StringComparer.Ordinal);
        return new(release, datacenter, nodesOf, replication.FirstOrDefault(), table.Count > 0);
    }

    /// <summary>Major and minor number of something like 2.1.0-SNAPSHOT or 5.0-beta1.</summary>
    private static Version ParseRelease(string text)
    {
        var numbers = text.Split('.', '-').Take(2).Select(static part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new(numbers[0], numbers.Length > 1 ? numbers[1] : 0);
    }
}

/// <summary>How a keyspace is replicated.</summary>
/// <param name="Strategy">Class without its package.</param>
/// <param name="Options">Its options without the class.</param>
internal sealed record Replication(string Strategy, IReadOnlyDictionary<string, string> Options)
{
    private const string Class = "class";

    /// <summary>The strategy that knows of no datacenters.</summary>
    public bool IsSimple => Strategy == "SimpleStrategy";

    /// <summary>The strategy with a number of copies for each datacenter.</summary>
    public bool IsPerDatacenter => Strategy == "NetworkTopologyStrategy";

    /// <summary>Copies of a row in a datacenter; of a simple strategy, copies altogether.</summary>
    public int FactorIn(string datacenter) =>
        Options.TryGetValue(IsSimple ? "replication_factor" : datacenter, out var factor)
            // 3/1 is three copies, one of them transient.
            ? int.Parse(factor.Split('/')[0], CultureInfo.InvariantCulture)
            : 0;

    /// <summary>From the map that newer servers have.</summary>
    public static Replication Of(IReadOnlyDictionary<string, string> replication) =>
        Of(replication[Class], replication.Where(static option => option.Key != Class).ToDictionary());

    /// <summary>From class and options apart, as older servers have them.</summary>
    public static Replication Of(string strategy, IReadOnlyDictionary<string, string> options) =>
        new(strategy[(strategy.LastIndexOf('.') + 1)..], options);
}
