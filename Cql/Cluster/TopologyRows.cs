using System.Globalization;
using System.Net;

namespace BrokerIm.Cql.Cluster;

/// <summary>
/// Reads rows of the system tables: <c>system.local</c>, <c>system.peers_v2</c> (Cassandra 4 and later), <c>system.peers</c>, and both
/// tables of keyspaces. Columns are found by name, because the tables differ between versions.
/// </summary>
internal static class TopologyRows
{
    /// <summary>The node that was asked. Where it is asked is what led to it: what it takes for its own address may be another one.</summary>
    /// <param name="rows">One row of <c>system.local</c>.</param>
    /// <param name="asked">Where it was asked.</param>
    /// <exception cref="CqlProtocolException">It does not know what every node knows of itself.</exception>
    public static NodeRow Local(CqlRows rows, IPEndPoint asked)
    {
        if (!rows.Read())
            throw new CqlProtocolException("system.local is empty.");
        var knowsTokens = rows.GetString(rows.IndexOf("partitioner")).EndsWith("Murmur3Partitioner", StringComparison.Ordinal);
        return Read(rows, asked, knowsTokens)
            ?? throw new CqlProtocolException("system.local lacks the host id or the datacenter.");
    }

    /// <summary>The other nodes, without those that the cluster itself does not know enough about yet.</summary>
    /// <param name="rows">Rows of <c>system.peers_v2</c> or <c>system.peers</c>.</param>
    /// <param name="port">Where nodes listen that do not name a port.</param>
    /// <param name="withTokens">Whether their tokens are of the partitioner that is known here.</param>
    /// <param name="incomplete">How many were left out.</param>
    public static List<NodeRow> Peers(CqlRows rows, int port, bool withTokens, out int incomplete)
    {
        var peers = new List<NodeRow>(rows.Count);
        incomplete = 0;
        while (rows.Read())
        {
            if (EndPointOf(rows, port) is { } endPoint && Read(rows, endPoint, withTokens) is { } peer)
                peers.Add(peer);
            else
                incomplete++;
        }

        return peers;
    }

    /// <summary>Keyspaces from <c>system_schema.keyspaces</c> or <c>system.schema_keyspaces</c>.</summary>
    public static Dictionary<string, CqlReplication> Keyspaces(CqlRows rows)
    {
        var keyspaces = new Dictionary<string, CqlReplication>();
        var name = rows.IndexOf("keyspace_name");
        var isMap = Find(rows, "replication") is not null;
        while (rows.Read())
        {
            keyspaces[rows.GetString(name)] = isMap
                ? CqlReplication.Of(rows.GetMap<string, string>(rows.IndexOf("replication")))
                : CqlReplication.Of(
                    rows.GetString(rows.IndexOf("strategy_class")), rows.GetString(rows.IndexOf("strategy_options")));
        }

        return keyspaces;
    }

    /// <summary>What a node tells its clients to use; 0.0.0.0 means that it listens everywhere, so on its address among peers too.</summary>
    private static IPEndPoint? EndPointOf(CqlRows rows, int port)
    {
        var told = Address(rows, "native_address") ?? Address(rows, "rpc_address");
        if (told is null)
            return null;
        var isAnywhere = told.Equals(IPAddress.Any) || told.Equals(IPAddress.IPv6Any);
        var address = isAnywhere ? Address(rows, "peer") : told;
        if (Find(rows, "native_port") is { } native && !rows.IsNull(native))
            port = rows.GetInt32(native);
        return address is null ? null : new(address, port);
    }

    private static NodeRow? Read(CqlRows rows, IPEndPoint endPoint, bool withTokens)
    {
        var hostId = Id(rows, "host_id");
        var datacenter = Text(rows, "data_center");
        var rack = Text(rows, "rack");
        if (hostId is null || datacenter is null || rack is null)
            return null;

        var tokens = withTokens ? Tokens(rows) : [];
        return new(endPoint, hostId.Value, datacenter, rack, Text(rows, "release_version") ?? "", tokens, Id(rows, "schema_version"));
    }

    private static long[] Tokens(CqlRows rows) =>
        [.. rows.GetSet<string>(rows.IndexOf("tokens")).Select(Token)];

    private static long Token(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var token)
            ? token
            : throw new CqlProtocolException($"'{text}' is no token of the Murmur3 partitioner.");

    private static IPAddress? Address(CqlRows rows, string column) =>
        Find(rows, column) is { } index && !rows.IsNull(index) ? rows.GetInetAddress(index) : null;

    private static Guid? Id(CqlRows rows, string column) =>
        Find(rows, column) is { } index && !rows.IsNull(index) ? rows.GetGuid(index) : null;

    private static string? Text(CqlRows rows, string column) =>
        Find(rows, column) is { } index && !rows.IsNull(index) ? rows.GetString(index) : null;

    private static int? Find(CqlRows rows, string column)
    {
        for (var i = 0; i < rows.Columns.Count; i++)
        {
            if (rows.Columns[i].Name == column)
                return i;
        }

        return null;
    }
}
