using MySqlConnector;

namespace BrokerIm.Import.TeamTalk;

/// <summary>What is asked of the old database.</summary>
internal sealed class TeamTalkTables(TeamTalkDatabase database)
{
    public IAsyncEnumerable<DepartmentRow> DepartmentsAsync(CancellationToken cancellationToken) => ReadAsync(
        "IMDepart",
        "SELECT id, departName, parentId, priority, status, updated FROM IMDepart ORDER BY id",
        static row => new DepartmentRow(Id(row, 0), Text(row, 1), Id(row, 2), Id(row, 3), Id(row, 4), Number(row, 5)),
        cancellationToken);

    public IAsyncEnumerable<UserRow> UsersAsync(CancellationToken cancellationToken) => ReadAsync(
        "IMUser",
        $"""
        SELECT id, name, domain, nick, password, salt, sex, phone, email, avatar, departId, status, updated,
            {Optional("IMUser", "sign_info", "''")}, {Optional("IMUser", "push_shield_status", "0")}
        FROM IMUser ORDER BY id
        """,
        static row => new UserRow(
            Id(row, 0), Text(row, 1), Text(row, 2), Text(row, 3), Text(row, 4), Text(row, 5), Id(row, 6), Text(row, 7), Text(row, 8),
            Text(row, 9), Id(row, 10), Id(row, 11), Text(row, 13), Number(row, 14) != 0, Number(row, 12)),
        cancellationToken);

    public IAsyncEnumerable<GroupRow> GroupsAsync(CancellationToken cancellationToken) => ReadAsync(
        "IMGroup",
        "SELECT id, name, avatar, creator, type, status, version, created, updated FROM IMGroup ORDER BY id",
        static row => new GroupRow(
            Id(row, 0), Text(row, 1), Text(row, 2), Id(row, 3), Id(row, 4), Id(row, 5), Id(row, 6), Number(row, 7), Number(row, 8)),
        cancellationToken);

    public IAsyncEnumerable<MemberRow> MembersAsync(CancellationToken cancellationToken) => ReadAsync(
        "IMGroupMember",
        "SELECT id, groupId, userId, status, created, updated FROM IMGroupMember ORDER BY id",
        static row => new MemberRow(Number(row, 0), Id(row, 1), Id(row, 2), Id(row, 3), Number(row, 4), Number(row, 5)),
        cancellationToken);

    public IAsyncEnumerable<RelationRow> RelationsAsync(CancellationToken cancellationToken) => ReadAsync(
        "IMRelationShip",
        "SELECT id, smallId, bigId FROM IMRelationShip ORDER BY id",
        static row => new RelationRow(Id(row, 0), Id(row, 1), Id(row, 2)),
        cancellationToken);

    public IAsyncEnumerable<SessionRow> SessionsAsync(CancellationToken cancellationToken) => ReadAsync(
        "IMRecentSession",
        "SELECT id, userId, peerId, type, status, updated FROM IMRecentSession ORDER BY id",
        static row => new SessionRow(
            Number(row, 0), Id(row, 1), Id(row, 2), IsGroup: Number(row, 3) == 2, IsRemoved: Number(row, 4) != 0, Number(row, 5)),
        cancellationToken);

    public IAsyncEnumerable<DiscoveryRow> DiscoveryAsync(CancellationToken cancellationToken) => ReadAsync(
        "IMDiscovery",
        "SELECT id, itemName, itemUrl, itemPriority, status FROM IMDiscovery ORDER BY itemPriority, id",
        static row => new DiscoveryRow(Number(row, 0), Text(row, 1), Text(row, 2), (int)Number(row, 3), Id(row, 4)),
        cancellationToken);

    /// <summary>Messages of a shard of pairs; those of a relation come one after the other.</summary>
    public IAsyncEnumerable<ContentRow> PairMessagesAsync(string shard, CancellationToken cancellationToken) =>
        MessagesAsync(shard, "relateId", "fromId", "toId", audioType: 2, cancellationToken);

    /// <summary>Messages of a shard of groups; those of a group come one after the other.</summary>
    public IAsyncEnumerable<ContentRow> GroupMessagesAsync(string shard, CancellationToken cancellationToken) =>
        MessagesAsync(shard, "groupId", "userId", "groupId", audioType: 18, cancellationToken);

    // Bytes as they are stored: what is in them is for clients to know.
    private IAsyncEnumerable<ContentRow> MessagesAsync(
        string shard, string owner, string sender, string receiver, int audioType, CancellationToken cancellationToken)
    {
        var (path, duration, join) = database.HasTable("IMAudio")
            ? ("a.path", "a.duration", $"LEFT JOIN IMAudio a ON a.id = CASE WHEN m.type = {audioType} THEN CAST(m.content AS UNSIGNED) END")
            : ("NULL", "0", "");
        return ReadAsync(
            shard,
            $"""
            SELECT m.id, m.{owner}, m.{sender}, m.{receiver}, m.msgId, CAST(m.content AS BINARY), m.type, m.status, m.created,
                {path}, {duration}
            FROM `{shard}` m {join} ORDER BY m.{owner}
            """,
            row => new ContentRow(
                shard, Number(row, 0), Id(row, 1), Id(row, 2), Id(row, 3), Id(row, 4),
                row.IsDBNull(5) ? [] : row.GetFieldValue<byte[]>(5), Id(row, 6), Id(row, 7), Number(row, 8),
                row.IsDBNull(9) ? null : row.GetString(9), Id(row, 10)),
            cancellationToken);
    }

    private IAsyncEnumerable<T> ReadAsync<T>(
        string table, string query, Func<MySqlDataReader, T> map, CancellationToken cancellationToken) =>
        database.HasTable(table) ? database.ReadAsync(query, map, cancellationToken) : AsyncEnumerable.Empty<T>();

    private string Optional(string table, string column, string otherwise) =>
        database.HasColumn(table, column) ? column : otherwise;

    private static string Text(MySqlDataReader row, int column) => row.IsDBNull(column) ? "" : row.GetString(column);

    private static long Number(MySqlDataReader row, int column) => row.IsDBNull(column) ? 0 : row.GetInt64(column);

    // What is no number of ours becomes one that nobody has.
    private static uint Id(MySqlDataReader row, int column) =>
        Number(row, column) is >= 0 and <= uint.MaxValue and var number ? (uint)number : 0;
}
