using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Numbers of new groups from the database.</summary>
internal sealed class SqliteGroupIds(SqliteWriter writer) : IGroupIds
{
    public async ValueTask<uint> ReserveAsync(uint creator, ClientMessageId request, CancellationToken cancellationToken)
    {
        var key = new byte[ClientMessageId.Size];
        request.Write(key);
        return await writer.RunAsync(session => Find(session, creator, key) ?? Add(session, creator, key), cancellationToken);
    }

    private static uint? Find(SqliteSession session, uint creator, byte[] request)
    {
        using var rows = session.Prepare("SELECT group_id FROM group_request WHERE creator = ?1 AND request = ?2")
            .Bind(1, creator).Bind(2, request).Query();
        return rows.Next() ? rows.UInt32(0) : null;
    }

    private static uint Add(SqliteSession session, uint creator, byte[] request)
    {
        session.Prepare("INSERT INTO group_id DEFAULT VALUES").Execute();
        var group = (uint)session.LastRowId;
        session.Prepare("INSERT INTO group_request (creator, request, group_id) VALUES (?1, ?2, ?3)")
            .Bind(1, creator).Bind(2, request).Bind(3, group).Execute();
        return group;
    }
}
