using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>The cells of groups in a batch. They are few, so they are written as they come.</summary>
internal static class GroupCells
{
    private const string WriteEvent =
        """
        INSERT INTO group_event (group_id, position, facts) VALUES (?1, ?2, ?3)
        ON CONFLICT (group_id, position) DO UPDATE SET facts = excluded.facts WHERE excluded.facts > facts
        """;

    private const string WriteJoin =
        """
        INSERT INTO member (group_id, user_id, joined_at, join_head) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (group_id, user_id, joined_at) DO UPDATE SET join_head = excluded.join_head WHERE excluded.join_head > join_head
        """;

    private const string WriteLeave =
        """
        UPDATE member SET left_at = ?4, leave_head = ?5
        WHERE group_id = ?1 AND user_id = ?2 AND joined_at = ?3 AND left_at < ?4
        """;

    private const string WriteShield =
        """
        UPDATE member SET shielded = ?4, shield_at = ?5
        WHERE group_id = ?1 AND user_id = ?2 AND joined_at = ?3 AND (shield_at, shielded) < (?5, ?4)
        """;

    private const string WriteUserGroup =
        """
        INSERT INTO user_group (user_id, group_id, is_member, join_head, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (user_id, group_id) DO UPDATE SET
            is_member = excluded.is_member, join_head = excluded.join_head, changed_at = excluded.changed_at
        WHERE excluded.changed_at > changed_at
        """;

    /// <summary>Writes them, joins before the leaves that end them.</summary>
    public static void Write(SqliteSession session, StoreBatch batch)
    {
        foreach (var (group, position, facts) in batch.GroupEvents)
        {
            session.Prepare(WriteEvent).Bind(1, group).Bind(2, position.WriteTimestamp).Bind(3, facts.Span).Execute();
        }

        foreach (var (group, user, position, head) in batch.Joins)
        {
            session.Prepare(WriteJoin).Bind(1, group).Bind(2, user.Value).Bind(3, position.WriteTimestamp).Bind(4, head).Execute();
            WriteReverse(session, user, group, isMember: true, head, position);
        }

        foreach (var (group, user, joinedAt, position, head) in batch.Leaves)
        {
            session.Prepare(WriteLeave).Bind(1, group).Bind(2, user.Value).Bind(3, joinedAt).Bind(4, position.WriteTimestamp)
                .Bind(5, head).Execute();
            WriteReverse(session, user, group, isMember: false, joinHead: 0, position);
        }

        foreach (var (group, user, joinedAt, on, position) in batch.Shields)
        {
            session.Prepare(WriteShield).Bind(1, group).Bind(2, user.Value).Bind(3, joinedAt).Bind(4, on ? 1 : 0)
                .Bind(5, position.WriteTimestamp).Execute();
        }
    }

    private static void WriteReverse(
        SqliteSession session, UserId user, uint group, bool isMember, uint joinHead, LogPosition position) =>
        session.Prepare(WriteUserGroup).Bind(1, user.Value).Bind(2, group).Bind(3, isMember ? 1 : 0).Bind(4, joinHead)
            .Bind(5, position.WriteTimestamp).Execute();
}
