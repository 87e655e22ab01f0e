using BrokerIm.Cql;

namespace BrokerIm.LoadTests.Cql;

/// <summary>The tables of the measurements, laid out as messages are: <c>messages</c> is written, <c>history</c> is read.</summary>
internal static class CqlTables
{
    public const string Keyspace = "brokerim_cql_load";
    public const int BatchRows = 20;
    public const int MetaBytes = 48;
    public const int BodyBytes = 128;

    /// <summary>Partitions to write to, and to read from.</summary>
    public const int Partitions = 200;

    private const int HistoryRows = 2 * BatchRows;
    private static readonly Version s_newOptionsSince = new(3, 0);

    public static async Task CreateAsync(CqlSession session, CancellationToken cancellationToken)
    {
        await DropAsync(session, cancellationToken);
        await DoAsync(
            session, $"CREATE KEYSPACE {Keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}", cancellationToken);
        foreach (var table in (string[])["messages", "history"])
        {
            await DoAsync(
                session,
                $"CREATE TABLE {Keyspace}.{table} (relation bigint, bucket int, message_id int, meta blob, body blob, "
                + $"PRIMARY KEY ((relation, bucket), message_id)) WITH CLUSTERING ORDER BY (message_id DESC) AND compression = {NoCompression(session)}",
                cancellationToken);
        }

        await FillHistoryAsync(session, cancellationToken);
    }

    public static Task DropAsync(CqlSession session, CancellationToken cancellationToken) =>
        DoAsync(session, $"DROP KEYSPACE IF EXISTS {Keyspace}", cancellationToken);

    public static string Insert(string table) =>
        $"INSERT INTO {Keyspace}.{table} (relation, bucket, message_id, meta, body) VALUES (?, ?, ?, ?, ?)";

    public static string Latest() =>
        $"SELECT message_id, meta, body FROM {Keyspace}.history WHERE relation = ? AND bucket = ? LIMIT {BatchRows}";

    private static async Task FillHistoryAsync(CqlSession session, CancellationToken cancellationToken)
    {
        var insert = await session.PrepareAsync(Insert("history"), cancellationToken);
        for (var relation = 0; relation < Partitions; relation++)
        {
            var batch = new CqlBatch(CqlBatchKind.Unlogged);
            for (var id = 1; id <= HistoryRows; id++)
                batch.Add(insert).Add((long)relation).Add(0).Add(id).Add(new byte[MetaBytes]).Add(new byte[BodyBytes]);
            (await session.ExecuteAsync(batch, cancellationToken)).Dispose();
        }
    }

    private static string NoCompression(CqlSession session) =>
        Version.TryParse(session.Nodes[0].ReleaseVersion.Split('-')[0], out var release) && release >= s_newOptionsSince
            ? "{'enabled': 'false'}"
            : "{'sstable_compression': ''}";

    private static async Task DoAsync(CqlSession session, string text, CancellationToken cancellationToken) =>
        (await session.ExecuteAsync(new CqlStatement(text) { Timeout = TimeSpan.FromMinutes(1) }, cancellationToken)).Dispose();
}
