using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Conformance.Replay;

/// <summary>Everything that a log brought about, cell by cell with its write timestamp, as text.</summary>
internal static class Tables
{
    private static readonly CassandraRead<ConversationId, string> s_messages = new(
        "SELECT message_id, meta, WRITETIME(meta), body, WRITETIME(body) FROM message WHERE relation = ? AND bucket = 0",
        static (conversation, values) => values.Add((long)conversation.Value),
        static row => $"message {row.Int32(0)} {Convert.ToHexString(row.Blob(1))}@{row.Int64(2)} {Convert.ToHexString(row.Blob(3))}@{row.Int64(4)}");

    private static readonly CassandraRead<UserId, string> s_activities = new(
        "SELECT relation, activity_ms, WRITETIME(activity_ms) FROM user_conversation WHERE user_id = ?",
        static (user, values) => values.Add((int)user.Value),
        static row => $"activity {row.Int64(0)} {row.Int64(1)}@{row.Int64(2)}");

    private static readonly CassandraRead<UserId, string> s_readMarks = new(
        "SELECT relation, message_id, WRITETIME(message_id) FROM read_mark WHERE user_id = ?",
        static (user, values) => values.Add((int)user.Value),
        static row => $"read {row.Int64(0)} {row.Int32(1)}@{row.Int64(2)}");

    private static readonly CassandraRead<int, string> s_skips = new(
        "SELECT log_offset, entry, reason, WRITETIME(reason) FROM skip WHERE epoch = ? AND partition = 0",
        static (epoch, values) => values.Add(epoch),
        static row => $"skip {row.Int64(0)} {row.Int32(1)} {row.Text(2)}@{row.Int64(3)}");

    private static readonly CassandraRead<int, string> s_progress = new(
        "SELECT partition, next_offset, WRITETIME(next_offset) FROM progress WHERE epoch = ?",
        static (epoch, values) => values.Add(epoch),
        static row => $"progress {row.Int32(0)} {row.Int64(1)}@{row.Int64(2)}");

    public static async Task<List<string>> ReadAsync(ICassandraSession session, RecordedLog log)
    {
        List<string> cells = [];
        foreach (var conversation in log.Conversations)
        {
            cells.AddRange(await session.ReadAsync(s_messages, conversation, Deadline.Token));
            foreach (var user in new[] { conversation.Low, conversation.High })
            {
                cells.AddRange(await session.ReadAsync(s_activities, user, Deadline.Token));
                cells.AddRange(await session.ReadAsync(s_readMarks, user, Deadline.Token));
            }
        }

        cells.AddRange(await session.ReadAsync(s_skips, log.Epoch, Deadline.Token));
        cells.AddRange(await session.ReadAsync(s_progress, log.Epoch, Deadline.Token));
        return cells;
    }
}
