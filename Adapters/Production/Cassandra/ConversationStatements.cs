using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>A message without its body, with the timestamp it was written at.</summary>
internal readonly record struct WrittenHead(MessageHead Head, long WrittenAt);

/// <summary>A part of a bucket, from an id downwards.</summary>
internal readonly record struct BelowKey(ConversationId Conversation, int Bucket, uint BeforeId, int Limit);

/// <summary>A part of a bucket, both ends included.</summary>
internal readonly record struct RangeKey(ConversationId Conversation, int Bucket, uint FromId, uint ToId);

/// <summary>
/// Everything that is said to the tables of the log. Writes carry a timestamp made from the log position, or from the value where it
/// is a register; nothing here deletes, and nothing has a condition.
/// </summary>
internal static class ConversationStatements
{
    public static readonly CassandraWrite<MessageRow> WriteMessage = new(
        "INSERT INTO message (relation, bucket, message_id, meta, body) VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?",
        static (in MessageRow row, IBoundValues values) => values
            .Add((long)row.Conversation.Value).Add(Buckets.Of(row.MessageId)).Add((int)row.MessageId)
            .Add(row.Meta.Span).Add(row.Body.Span).Add(row.Position.WriteTimestamp));

    public static readonly CassandraWrite<ErasureRow> WriteErasure = new(
        "UPDATE message USING TIMESTAMP ? SET body = ? WHERE relation = ? AND bucket = ? AND message_id = ?",
        static (in ErasureRow row, IBoundValues values) => values
            .Add(row.Position.WriteTimestamp).Add(row.Body.Span)
            .Add((long)row.Conversation.Value).Add(Buckets.Of(row.MessageId)).Add((int)row.MessageId));

    public static readonly CassandraWrite<ActivityRow> WriteActivity = new(
        "INSERT INTO user_conversation (user_id, relation, activity_ms) VALUES (?, ?, ?) USING TIMESTAMP ?",
        static (in ActivityRow row, IBoundValues values) => values
            .Add((int)row.User.Value).Add((long)row.Conversation.Value).Add(row.ActivityMs).Add(row.Position.WriteTimestamp));

    public static readonly CassandraWrite<ReadMarkRow> WriteReadMark = new(
        "INSERT INTO read_mark (user_id, relation, message_id) VALUES (?, ?, ?) USING TIMESTAMP ?",
        static (in ReadMarkRow row, IBoundValues values) => values
            .Add((int)row.User.Value).Add((long)row.Conversation.Value).Add((int)row.MessageId)
            .Add(LogPosition.RegisterTimestamp(row.MessageId)));

    public static readonly CassandraWrite<RemovalRow> WriteRemoval = new(
        "INSERT INTO read_mark (user_id, relation, removed_id) VALUES (?, ?, ?) USING TIMESTAMP ?",
        static (in RemovalRow row, IBoundValues values) => values
            .Add((int)row.User.Value).Add((long)row.Conversation.Value).Add((int)row.MessageId)
            .Add(LogPosition.RegisterTimestamp(row.MessageId)));

    public static readonly CassandraWrite<SkipRow> WriteSkip = new(
        "INSERT INTO skip (epoch, partition, log_offset, entry, reason) VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?",
        static (in SkipRow row, IBoundValues values) => values
            .Add(row.Position.Epoch).Add(row.Position.Partition).Add(row.Position.Offset).Add(row.Position.Index)
            .Add(row.Reason).Add(row.Position.WriteTimestamp));

    public static readonly CassandraWrite<(int Epoch, int Partition, long NextOffset)> WriteProgress = new(
        "INSERT INTO progress (epoch, partition, next_offset) VALUES (?, ?, ?) USING TIMESTAMP ?",
        static (in (int Epoch, int Partition, long NextOffset) row, IBoundValues values) => values
            .Add(row.Epoch).Add(row.Partition).Add(row.NextOffset).Add(LogPosition.RegisterTimestamp(row.NextOffset)));

    public static readonly CassandraRead<(ConversationId Conversation, int Bucket), WrittenHead> Newest = new(
        "SELECT message_id, meta, WRITETIME(meta) FROM message WHERE relation = ? AND bucket = ? LIMIT 1",
        static (key, values) => values.Add((long)key.Conversation.Value).Add(key.Bucket),
        WrittenHeadOf);

    public static readonly CassandraRead<BelowKey, WrittenHead> Below = new(
        "SELECT message_id, meta, WRITETIME(meta) FROM message WHERE relation = ? AND bucket = ? AND message_id < ? LIMIT ?",
        static (key, values) => values
            .Add((long)key.Conversation.Value).Add(key.Bucket).Add((int)key.BeforeId).Add(key.Limit),
        WrittenHeadOf);

    public static readonly CassandraRead<(ConversationId Conversation, int Bucket, IReadOnlyCollection<int> MessageIds), MessageHead>
        Facts = new(
            "SELECT message_id, meta FROM message WHERE relation = ? AND bucket = ? AND message_id IN ?",
            static (key, values) => values.Add((long)key.Conversation.Value).Add(key.Bucket).Add(key.MessageIds),
            HeadOf);

    public static readonly CassandraRead<RangeKey, StoredMessage> Range = new(
        """
        SELECT message_id, meta, body FROM message
        WHERE relation = ? AND bucket = ? AND message_id >= ? AND message_id <= ?
        """,
        static (key, values) => values
            .Add((long)key.Conversation.Value).Add(key.Bucket).Add((int)key.FromId).Add((int)key.ToId),
        static row =>
        {
            var (id, meta) = HeadOf(row);
            return new(id, meta, row.Blob(2).ToArray());
        })
    {
        // A body may have a quarter of a megabyte.
        PageSize = 200,
    };

    public static readonly CassandraRead<RangeKey, MessageWritten> Written = new(
        """
        SELECT message_id, WRITETIME(meta), WRITETIME(body) FROM message
        WHERE relation = ? AND bucket = ? AND message_id >= ? AND message_id <= ?
        """,
        static (key, values) => values
            .Add((long)key.Conversation.Value).Add(key.Bucket).Add((int)key.FromId).Add((int)key.ToId),
        static row => new((uint)row.Int32(0), row.Int64(1), row.Int64(2)));

    public static readonly CassandraRead<UserId, ConversationActivity> Activities = new(
        "SELECT relation, activity_ms FROM user_conversation WHERE user_id = ?",
        static (user, values) => values.Add((int)user.Value),
        static row => new(ConversationOf(row, 0), row.IsNull(1) ? long.MinValue : row.Int64(1)));

    public static readonly CassandraRead<(UserId User, IReadOnlyCollection<long> Relations), (ConversationId Conversation, uint MessageId)>
        ReadMarks = new(
            "SELECT relation, message_id FROM read_mark WHERE user_id = ? AND relation IN ?",
            static (key, values) => values.Add((int)key.User.Value).Add(key.Relations),
            static row => (ConversationOf(row, 0), row.IsNull(1) ? 0 : (uint)row.Int32(1)));

    public static readonly CassandraRead<(UserId User, IReadOnlyCollection<long> Relations), (ConversationId Conversation, uint MessageId)>
        Removals = new(
            "SELECT relation, removed_id FROM read_mark WHERE user_id = ? AND relation IN ?",
            static (key, values) => values.Add((int)key.User.Value).Add(key.Relations),
            static row => (ConversationOf(row, 0), row.IsNull(1) ? 0 : (uint)row.Int32(1)));

    public static readonly CassandraRead<int, (int Partition, long NextOffset)> Progress = new(
        "SELECT partition, next_offset FROM progress WHERE epoch = ?",
        static (epoch, values) => values.Add(epoch),
        static row => (row.Int32(0), row.Int64(1)));

    public static readonly CassandraRead<(int Epoch, int Partition, long FromOffset), (long Offset, int Index)> Skips = new(
        "SELECT log_offset, entry FROM skip WHERE epoch = ? AND partition = ? AND log_offset >= ?",
        static (key, values) => values.Add(key.Epoch).Add(key.Partition).Add(key.FromOffset),
        static row => (row.Int64(0), row.Int32(1)));

    private static ConversationId ConversationOf(ICassandraRow row, int column) => new((ulong)row.Int64(column));

    private static MessageHead HeadOf(ICassandraRow row) => new((uint)row.Int32(0), MessageMeta.Parser.ParseFrom(row.Blob(1)));

    private static WrittenHead WrittenHeadOf(ICassandraRow row) => new(HeadOf(row), row.Int64(2));
}
