using System.Net;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Cluster;

/// <summary>
/// Asks one node what it knows of the cluster. Cassandra moved its system tables between versions; a table that is not there is
/// answered as Invalid, and the older one is asked instead.
/// </summary>
/// <param name="connection">To the node.</param>
/// <param name="deadline">For all questions together, on the options' clock's timestamp scale.</param>
internal sealed class SystemTables(CqlConnection connection, long deadline)
{
    private const string LocalText =
        "SELECT host_id, data_center, rack, release_version, partitioner, tokens, schema_version FROM system.local WHERE key = 'local'";

    private const string PeersText =
        "SELECT peer, rpc_address, host_id, data_center, rack, release_version, tokens, schema_version FROM system.peers";

    private const string PeersV2Text =
        "SELECT peer, native_address, native_port, host_id, data_center, rack, release_version, tokens, schema_version FROM system.peers_v2";

    private const string Keyspaces2Text = "SELECT keyspace_name, strategy_class, strategy_options FROM system.schema_keyspaces";

    private const string Keyspaces3Text = "SELECT keyspace_name, replication FROM system_schema.keyspaces";

    /// <summary>Reads nodes and keyspaces.</summary>
    public async ValueTask<Topology> ReadAsync(CancellationToken cancellationToken)
    {
        var nodes = await ReadNodesAsync(cancellationToken);
        using var keyspaces = await AskEitherAsync(Keyspaces3Text, Keyspaces2Text, cancellationToken);
        return nodes with { Keyspaces = TopologyRows.Keyspaces(keyspaces) };
    }

    /// <summary>Reads nodes only.</summary>
    public async ValueTask<Topology> ReadNodesAsync(CancellationToken cancellationToken)
    {
        var asked = (IPEndPoint)connection.Node;
        using var local = await AskAsync(LocalText, cancellationToken);
        var self = TopologyRows.Local(local, asked);

        using var peers = await AskEitherAsync(PeersV2Text, PeersText, cancellationToken);
        var others = TopologyRows.Peers(peers, asked.Port, withTokens: self.Tokens.Count > 0, out var incomplete);

        // Some versions list the node itself among its peers.
        var nodes = others.Where(node => node.HostId != self.HostId && !node.EndPoint.Equals(asked)).Prepend(self);
        return new([.. nodes.DistinctBy(node => node.EndPoint)], new Dictionary<string, CqlReplication>(), incomplete == 0);
    }

    /// <summary>Columns of a table's partition key, in order; empty if there is no such table.</summary>
    public async ValueTask<IReadOnlyList<string>> ReadPartitionKeyAsync(
        string keyspace, string table, CancellationToken cancellationToken)
    {
        var (ofKeyspace, ofTable) = (Literal(keyspace), Literal(table));
        using var rows = await AskEitherAsync(
            "SELECT column_name, kind, position FROM system_schema.columns "
                + $"WHERE keyspace_name = {ofKeyspace} AND table_name = {ofTable}",
            "SELECT column_name, type, component_index FROM system.schema_columns "
                + $"WHERE keyspace_name = {ofKeyspace} AND columnfamily_name = {ofTable}",
            cancellationToken);
        var columns = new SortedList<int, string>();
        while (rows.Read())
        {
            // In Cassandra 2 the only column of a key has no index.
            if (rows.GetString(1) == "partition_key")
                columns.Add(rows.IsNull(2) ? 0 : rows.GetInt32(2), rows.GetString(0));
        }

        return [.. columns.Values];
    }

    private async ValueTask<CqlRows> AskEitherAsync(string newer, string older, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(newer, cancellationToken);
        }
        catch (CqlServerException refusal) when (refusal.Code == CqlErrorCode.Invalid)
        {
            return await AskAsync(older, cancellationToken);
        }
    }

    private ValueTask<CqlRows> AskAsync(string text, CancellationToken cancellationToken) => connection.ExecuteAsync(
        new CqlStatement(text) { Consistency = Consistency.One, PageSize = 0 }, deadline, cancellationToken);

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
