using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Heads, history and read marks from the database.</summary>
internal class SqliteConversationReader(SqliteReaders readers) : IConversationReader
{
    public ValueTask<IReadOnlyList<MessageHead?>> HeadsAsync(
        IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken) =>
        readers.ReadAsync(conversations, static (session, conversations) =>
        {
            var statement = session.Prepare("SELECT id, meta FROM message WHERE conversation = ?1 ORDER BY id DESC LIMIT 1");
            return ForEach(
                conversations, conversation => HeadOrNull(statement.Bind(1, (long)conversation.Value)));
        }, cancellationToken);

    public ValueTask<IReadOnlyList<MessageHead?>> FactsAsync(
        IReadOnlyList<(ConversationId Conversation, uint MessageId)> messages, CancellationToken cancellationToken) =>
        readers.ReadAsync(messages, static (session, messages) =>
        {
            var statement = session.Prepare("SELECT id, meta FROM message WHERE conversation = ?1 AND id = ?2");
            return ForEach(
                messages,
                message => HeadOrNull(statement.Bind(1, (long)message.Conversation.Value).Bind(2, message.MessageId)));
        }, cancellationToken);

    public ValueTask<IReadOnlyList<StoredMessage>> ReadRangeAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        readers.ReadAsync((conversation, fromId, toId), static (session, range) =>
        {
            var messages = new List<StoredMessage>();
            using var rows = session
                .Prepare("SELECT id, meta, body FROM message WHERE conversation = ?1 AND id BETWEEN ?2 AND ?3 ORDER BY id")
                .Bind(1, (long)range.conversation.Value).Bind(2, range.fromId).Bind(3, range.toId).Query();
            while (rows.Next())
                messages.Add(new(rows.UInt32(0), MessageMeta.Parser.ParseFrom(rows.Blob(1)), rows.Blob(2).ToArray()));
            return (IReadOnlyList<StoredMessage>)messages;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<ConversationActivity>> ConversationsOfAsync(
        UserId user, long sinceMs, int max, CancellationToken cancellationToken) =>
        readers.ReadAsync((user, sinceMs, max), static (session, asked) =>
        {
            var activities = new List<ConversationActivity>();
            using var rows = session
                .Prepare(
                    """
                    SELECT conversation, activity_ms FROM activity WHERE user = ?1 AND activity_ms >= ?2
                    ORDER BY activity_ms DESC, conversation LIMIT ?3
                    """)
                .Bind(1, asked.user.Value).Bind(2, asked.sinceMs).Bind(3, asked.max).Query();
            while (rows.Next())
                activities.Add(new(new((ulong)rows.Int64(0)), rows.Int64(1)));
            return (IReadOnlyList<ConversationActivity>)activities;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<uint>> ReadMarksAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        readers.ReadAsync(keys, static (session, keys) =>
        {
            var statement = session.Prepare("SELECT message_id FROM read_mark WHERE user = ?1 AND conversation = ?2");
            return ForEach(keys, key =>
            {
                using var rows = statement.Bind(1, key.User.Value).Bind(2, (long)key.Conversation.Value).Query();
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
