using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Heads, history and read marks from the database.</summary>
internal partial class SqliteConversationReader(SqliteReaders readers) : IConversationReader
{
    /// <summary>Messages of a conversation: its runs, and the part of each run's segment that is the conversation's.</summary>
    protected const string Messages = "FROM run CROSS JOIN message USING (conversation, segment) WHERE conversation = ?1";

    private const string InRange =
        $"""
        {Messages} AND first_id <= ?3 AND id BETWEEN ?2 AND ?3
            AND first_id >= (SELECT max(first_id) FROM run WHERE conversation = ?1 AND first_id <= max(?2, 1))
        ORDER BY first_id, id
        """;

    public ValueTask<IReadOnlyList<MessageHead?>> HeadsAsync(
        IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken) =>
        readers.ReadAsync(conversations, static (session, conversations) =>
        {
            var statement = session.Prepare($"SELECT id, meta {Messages} ORDER BY first_id DESC, id DESC LIMIT 1");
            return ForEach(
                conversations, conversation => HeadOrNull(statement.Bind(1, (long)conversation.Value)));
        }, cancellationToken);

    public ValueTask<IReadOnlyList<MessageHead?>> FactsAsync(
        IReadOnlyList<(ConversationId Conversation, uint MessageId)> messages, CancellationToken cancellationToken) =>
        readers.ReadAsync(messages, static (session, messages) =>
        {
            var statement = session.Prepare(
                """
                SELECT id, meta FROM message
                WHERE segment = (SELECT segment FROM run WHERE conversation = ?1 AND first_id <= ?2 ORDER BY first_id DESC LIMIT 1)
                    AND conversation = ?1 AND id = ?2
                """);
            return ForEach(
                messages,
                message => HeadOrNull(statement.Bind(1, (long)message.Conversation.Value).Bind(2, message.MessageId)));
        }, cancellationToken);

    public ValueTask<IReadOnlyList<StoredMessage>> ReadRangeAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        readers.ReadAsync((conversation, fromId, toId), static (session, range) =>
        {
            var messages = new List<StoredMessage>();
            using var rows = session.Prepare($"SELECT id, meta, body {InRange}")
                .Bind(1, (long)range.conversation.Value).Bind(2, range.fromId).Bind(3, range.toId).Query();
            while (rows.Next())
                messages.Add(new(rows.UInt32(0), MessageMeta.Parser.ParseFrom(rows.Blob(1)), rows.Blob(2).ToArray()));
            return (IReadOnlyList<StoredMessage>)messages;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<MessageWritten>> ReadWrittenAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        readers.ReadAsync((conversation, fromId, toId), static (session, range) =>
        {
            var written = new List<MessageWritten>();
            using var rows = session.Prepare($"SELECT id, meta_at, body_at {InRange}")
                .Bind(1, (long)range.conversation.Value).Bind(2, range.fromId).Bind(3, range.toId).Query();
            while (rows.Next())
                written.Add(new(rows.UInt32(0), rows.Int64(1), rows.Int64(2)));
            return (IReadOnlyList<MessageWritten>)written;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<ConversationActivity>> ConversationsOfAsync(
        UserId user, long sinceMs, int max, CancellationToken cancellationToken) =>
        readers.ReadAsync((user, sinceMs, max), static (session, asked) =>
        {
            var activities = new List<ConversationActivity>();
            using var rows = session
                .Prepare(
                    """
                    SELECT user_conversation, activity_ms FROM activity
                    WHERE user_conversation BETWEEN ?1 AND ?2 AND activity_ms >= ?3
                    ORDER BY activity_ms DESC, user_conversation LIMIT ?4
                    """)
                .Bind(1, UserConversation.FirstOf(asked.user)).Bind(2, UserConversation.LastOf(asked.user))
                .Bind(3, asked.sinceMs).Bind(4, asked.max).Query();
            while (rows.Next())
                activities.Add(new(new UserConversation(rows.Int64(0)).Conversation, rows.Int64(1)));
            return (IReadOnlyList<ConversationActivity>)activities;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<uint>> ReadMarksAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        readers.ReadAsync(keys, static (session, keys) =>
        {
            var statement = session.Prepare("SELECT message_id FROM read_mark WHERE user_conversation = ?1");
            return ForEach(keys, key =>
            {
                using var rows = statement.Bind(1, UserConversation.Of(key.User, key.Conversation).Key).Query();
                return rows.Next() ? rows.UInt32(0) : 0;
            });
        }, cancellationToken);

    public ValueTask<IReadOnlyList<uint>> RemovalsAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        readers.ReadAsync(keys, static (session, keys) =>
        {
            var statement = session.Prepare("SELECT message_id FROM removal WHERE user_conversation = ?1");
            return ForEach(keys, key =>
            {
                using var rows = statement.Bind(1, UserConversation.Of(key.User, key.Conversation).Key).Query();
                return rows.Next() ? rows.UInt32(0) : 0;
            });
        }, cancellationToken);

    /// <summary>One answer per key, same order; all keys of a call share the transaction they are read in.</summary>
    protected static IReadOnlyList<TAnswer> ForEach<TKey, TAnswer>(IReadOnlyList<TKey> keys, Func<TKey, TAnswer> answer)
    {
        var answers = new TAnswer[keys.Count];
        for (var i = 0; i < answers.Length; i++)
            answers[i] = answer(keys[i]);
        return answers;
    }

    /// <summary>The message a query for id and meta finds first.</summary>
    protected static MessageHead? HeadOrNull(SqliteStatement statement)
    {
        using var rows = statement.Query();
        return rows.Next() ? HeadOf(rows) : null;
    }

    /// <summary>The message of a row of id and meta.</summary>
    protected static MessageHead HeadOf(SqliteRows rows) => new(rows.UInt32(0), MessageMeta.Parser.ParseFrom(rows.Blob(1)));
}
