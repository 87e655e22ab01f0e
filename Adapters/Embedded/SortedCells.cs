using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Embedded;

/// <summary>
/// The cells of one batch, each kind in the order of its B-tree: neighbours then share their pages, which halves the cost of the
/// index. Sorted by the caller, so that the writer's thread only writes.
/// </summary>
internal sealed class SortedCells
{
    /// <summary>New rows are the rule; a cell that is there already keeps the later timestamp, at equal ones the larger value.</summary>
    private const string WriteMessage =
        """
        INSERT INTO message (segment, conversation, id, meta_at, meta, body_at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?4, ?6)
        ON CONFLICT (segment, conversation, id) DO UPDATE SET
            meta    = iif((excluded.meta_at, excluded.meta) > (meta_at, meta), excluded.meta, meta),
            meta_at = max(excluded.meta_at, meta_at),
            body    = iif((excluded.body_at, excluded.body) > (body_at, body), excluded.body, body),
            body_at = max(excluded.body_at, body_at)
        WHERE (excluded.meta_at, excluded.meta) > (meta_at, meta) OR (excluded.body_at, excluded.body) > (body_at, body)
        """;

    private const string WriteErasure =
        """
        UPDATE message SET body = ?4, body_at = ?3
        WHERE segment = (SELECT segment FROM run WHERE conversation = ?1 AND first_id <= ?2 ORDER BY first_id DESC LIMIT 1)
            AND conversation = ?1 AND id = ?2 AND (body_at, body) < (?3, ?4)
        """;

    private const string WriteActivity =
        """
        INSERT INTO activity (user_conversation, activity_ms, activity_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (user_conversation) DO UPDATE SET activity_ms = excluded.activity_ms, activity_at = excluded.activity_at
        WHERE (excluded.activity_at, excluded.activity_ms) > (activity_at, activity_ms)
        """;

    private const string WriteReadMark =
        """
        INSERT INTO read_mark (user_conversation, message_id) VALUES (?1, ?2)
        ON CONFLICT (user_conversation) DO UPDATE SET message_id = excluded.message_id
        WHERE excluded.message_id > message_id
        """;

    private const string WriteRemoval =
        """
        INSERT INTO removal (user_conversation, message_id) VALUES (?1, ?2)
        ON CONFLICT (user_conversation) DO UPDATE SET message_id = excluded.message_id
        WHERE excluded.message_id > message_id
        """;

    private const string WriteSkip =
        """
        INSERT INTO skip (epoch, partition, "offset", "index", reason) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (epoch, partition, "offset", "index") DO UPDATE SET reason = excluded.reason
        WHERE excluded.reason > reason
        """;

    private const string WriteProgress =
        """
        INSERT INTO progress (epoch, partition, next_offset) VALUES (?1, ?2, ?3)
        ON CONFLICT (epoch, partition) DO UPDATE SET next_offset = excluded.next_offset
        WHERE excluded.next_offset > next_offset
        """;

    private readonly StoreBatch _batch;
    private readonly int[] _messages;
    private readonly int[] _activities;
    private readonly int[] _readMarks;

    /// <summary>Finds the order; the batch must not change any more.</summary>
    public SortedCells(StoreBatch batch)
    {
        _batch = batch;
        _messages = Sort(batch.Messages, static row => new(row.Conversation.Value, row.MessageId));
        _activities = Sort(batch.Activities, static row => new(row.User.Value, row.Conversation.Value));
        _readMarks = Sort(batch.ReadMarks, static row => new(row.User.Value, row.Conversation.Value));
    }

    /// <summary>Writes how far the log has been worked off; a register that only grows.</summary>
    public static void Write(SqliteSession session, int epoch, IReadOnlyList<(int Partition, long NextOffset)> progress)
    {
        var statement = session.Prepare(WriteProgress);
        foreach (var (partition, nextOffset) in progress)
            statement.Bind(1, epoch).Bind(2, partition).Bind(3, nextOffset).Execute();
    }

    /// <summary>Writes the cells, inside the caller's transaction.</summary>
    public void Write(SqliteSession session)
    {
        var segments = new MessageSegments(session);
        var statement = session.Prepare(WriteMessage);
        foreach (var i in _messages)
        {
            var row = _batch.Messages[i];
            statement.Bind(1, segments.Of(row.Conversation, row.MessageId)).Bind(2, (long)row.Conversation.Value)
                .Bind(3, row.MessageId).Bind(4, row.Position.WriteTimestamp).Bind(5, row.Meta.Span).Bind(6, row.Body.Span)
                .Execute();
        }

        // After the messages: one of this batch may be erased in it.
        statement = session.Prepare(WriteErasure);
        foreach (var row in _batch.Erasures)
        {
            statement.Bind(1, (long)row.Conversation.Value).Bind(2, row.MessageId).Bind(3, row.Position.WriteTimestamp)
                .Bind(4, row.Body.Span).Execute();
        }

        statement = session.Prepare(WriteActivity);
        foreach (var i in _activities)
        {
            var row = _batch.Activities[i];
            statement.Bind(1, UserConversation.Of(row.User, row.Conversation).Key).Bind(2, row.ActivityMs)
                .Bind(3, row.Position.WriteTimestamp).Execute();
        }

        statement = session.Prepare(WriteReadMark);
        foreach (var i in _readMarks)
        {
            var row = _batch.ReadMarks[i];
            statement.Bind(1, UserConversation.Of(row.User, row.Conversation).Key).Bind(2, row.MessageId).Execute();
        }

        statement = session.Prepare(WriteRemoval);
        foreach (var row in _batch.Removals)
            statement.Bind(1, UserConversation.Of(row.User, row.Conversation).Key).Bind(2, row.MessageId).Execute();
        GroupCells.Write(session, _batch);

        statement = session.Prepare(WriteSkip);
        foreach (var (position, reason) in _batch.Skips)
        {
            statement.Bind(1, position.Epoch).Bind(2, position.Partition).Bind(3, position.Offset).Bind(4, position.Index)
                .Bind(5, reason).Execute();
        }
    }

    private static int[] Sort<TRow>(List<TRow> rows, Func<TRow, UInt128> keyOf)
    {
        var keys = new UInt128[rows.Count];
        var order = new int[rows.Count];
        for (var i = 0; i < order.Length; i++)
        {
            keys[i] = keyOf(rows[i]);
            order[i] = i;
        }

        Array.Sort(keys, order);
        return order;
    }
}
