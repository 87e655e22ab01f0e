using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>
/// Says in which segment of the message table a message lies or shall lie. New ones go to the newest segment; each conversation
/// notes, once per segment, from which id on (a run). Lives as long as one write transaction.
/// </summary>
internal sealed class MessageSegments(SqliteSession session)
{
    /// <summary>Rows of a segment, as a power of two: small enough for its part of the index to stay hot, large enough for a
    /// conversation to have many messages in it.</summary>
    private const int RowBits = 15;

    private readonly long _newest = session.QueryInt64($"SELECT coalesce(max(row), 0) >> {RowBits} FROM message");

    private readonly SqliteStatement _lastRun = session.Prepare(
        "SELECT first_id, segment FROM run WHERE conversation = ?1 ORDER BY first_id DESC LIMIT 1");

    /// <summary>The segment of a message, the same as long as it exists.</summary>
    public long Of(ConversationId conversation, uint messageId)
    {
        using var rows = _lastRun.Bind(1, (long)conversation.Value).Query();
        if (!rows.Next())
            return BeginRun(conversation, messageId);

        var (firstId, segment) = (rows.Int64(0), rows.Int64(1));
        if (messageId < firstId)
            return OfOlder(conversation, messageId);

        return segment == _newest || Reaches(segment, conversation, messageId) ? segment : BeginRun(conversation, messageId);
    }

    private long BeginRun(ConversationId conversation, uint firstId)
    {
        session.Prepare("INSERT INTO run (conversation, first_id, segment) VALUES (?1, ?2, ?3)")
            .Bind(1, (long)conversation.Value).Bind(2, firstId).Bind(3, _newest).Execute();
        return _newest;
    }

    /// <summary>Whether a message with this id or a later one is in the segment, so that this id belongs there too.</summary>
    private bool Reaches(long segment, ConversationId conversation, uint messageId)
    {
        using var rows = session.Prepare("SELECT 1 FROM message WHERE segment = ?1 AND conversation = ?2 AND id >= ?3 LIMIT 1")
            .Bind(1, segment).Bind(2, (long)conversation.Value).Bind(3, messageId).Query();
        return rows.Next();
    }

    /// <summary>The run that covers an id before the last run; before all runs, the first one is made to cover it.</summary>
    private long OfOlder(ConversationId conversation, uint messageId)
    {
        session
            .Prepare(
                """
                UPDATE run SET first_id = ?2 WHERE conversation = ?1 AND first_id > ?2
                    AND first_id = (SELECT min(first_id) FROM run WHERE conversation = ?1)
                """)
            .Bind(1, (long)conversation.Value).Bind(2, messageId).Execute();
        using var rows = session
            .Prepare("SELECT segment FROM run WHERE conversation = ?1 AND first_id <= ?2 ORDER BY first_id DESC LIMIT 1")
            .Bind(1, (long)conversation.Value).Bind(2, messageId).Query();
        return rows.Next() ? rows.Int64(0) : throw new SqliteErrorException($"{conversation} has no run for {messageId}.");
    }
}
