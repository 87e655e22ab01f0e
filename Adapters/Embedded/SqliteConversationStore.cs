using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>The conversation store in the database; each batch is one piece of a transaction.</summary>
internal sealed class SqliteConversationStore(SqliteReaders readers, SqliteWriter writer)
    : SqliteConversationReader(readers), IConversationStore
{
    private readonly SqliteReaders _readers = readers;

    public ValueTask<IReadOnlyList<MessageHead?>> LoadAsync(
        IReadOnlyList<(ConversationId Conversation, long Bound)> keys, CancellationToken cancellationToken) =>
        _readers.ReadAsync(keys, static (session, keys) =>
        {
            // Ids rise with positions, so leftovers are the highest ids: the walk from the top passes few of them.
            var statement = session.Prepare(
                $"SELECT id, meta {Messages} AND meta_at < ?2 ORDER BY first_id DESC, id DESC LIMIT 1");
            return ForEach(
                keys, key => HeadOrNull(statement.Bind(1, (long)key.Conversation.Value).Bind(2, key.Bound)));
        }, cancellationToken);

    public ValueTask<IReadOnlyList<MessageHead>> LoadWindowAsync(
        ConversationId conversation, long bound, uint beforeId, long untilMs, int max, CancellationToken cancellationToken) =>
        _readers.ReadAsync((conversation, bound, beforeId, untilMs, max), static (session, asked) =>
        {
            var window = new List<MessageHead>();
            using var rows = session
                .Prepare(
                    $"""
                    SELECT id, meta {Messages} AND first_id < ?2 AND id < ?2 AND meta_at < ?3
                    ORDER BY first_id DESC, id DESC LIMIT ?4
                    """)
                .Bind(1, (long)asked.conversation.Value).Bind(2, asked.beforeId).Bind(3, asked.bound).Bind(4, asked.max)
                .Query();
            while (rows.Next())
            {
                var head = HeadOf(rows);
                window.Add(head);
                if ((long)head.Meta.TimeMs < asked.untilMs)
                    break;
            }

            return (IReadOnlyList<MessageHead>)window;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<GroupFacts?>> LoadGroupsAsync(
        IReadOnlyList<(uint Group, long Bound)> keys, CancellationToken cancellationToken) =>
        _readers.ReadAsync(keys, static (session, keys) =>
        {
            var statement = session.Prepare(
                "SELECT facts FROM group_event WHERE group_id = ?1 AND position < ?2 ORDER BY position DESC LIMIT 1");
            return ForEach(keys, key => FactsOrNull(statement.Bind(1, key.Group).Bind(2, key.Bound)));
        }, cancellationToken);

    public ValueTask<IReadOnlyList<Membership?>> LoadMembershipsAsync(
        IReadOnlyList<(uint Group, UserId User, long Bound)> keys, CancellationToken cancellationToken) =>
        _readers.ReadAsync(keys, static (session, keys) =>
        {
            var statement = session.Prepare(
                $"""
                SELECT {Membership} FROM member WHERE group_id = ?1 AND user_id = ?2 AND joined_at < ?3
                ORDER BY joined_at DESC LIMIT 1
                """);
            return ForEach(
                keys,
                key => MembershipOrNull(statement.Bind(1, key.Group).Bind(2, key.User.Value).Bind(3, key.Bound))?.Before(key.Bound));
        }, cancellationToken);

    public async ValueTask WriteAsync(StoreBatch batch, CancellationToken cancellationToken)
    {
        if (batch.IsEmpty)
            return;

        var cells = new SortedCells(batch);
        await writer.RunAsync(session => cells.Write(session), cancellationToken);
    }

    public ValueTask<IReadOnlyDictionary<int, long>> ReadProgressAsync(int epoch, CancellationToken cancellationToken) =>
        _readers.ReadAsync(epoch, static (session, epoch) =>
        {
            var progress = new Dictionary<int, long>();
            using var rows = session.Prepare("SELECT partition, next_offset FROM progress WHERE epoch = ?1").Bind(1, epoch).Query();
            while (rows.Next())
                progress.Add((int)rows.Int64(0), rows.Int64(1));
            return (IReadOnlyDictionary<int, long>)progress;
        }, cancellationToken);

    public async ValueTask WriteProgressAsync(
        int epoch, IReadOnlyList<(int Partition, long NextOffset)> progress, CancellationToken cancellationToken) =>
        await writer.RunAsync(session => SortedCells.Write(session, epoch, progress), cancellationToken);

    public ValueTask<IReadOnlyList<LogPosition>> ReadSkipsAsync(
        int epoch, int partition, long fromOffset, CancellationToken cancellationToken) =>
        _readers.ReadAsync((epoch, partition, fromOffset), static (session, asked) =>
        {
            var skips = new List<LogPosition>();
            using var rows = session
                .Prepare(
                    """
                    SELECT "offset", "index" FROM skip WHERE epoch = ?1 AND partition = ?2 AND "offset" >= ?3
                    ORDER BY "offset", "index"
                    """)
                .Bind(1, asked.epoch).Bind(2, asked.partition).Bind(3, asked.fromOffset).Query();
            while (rows.Next())
                skips.Add(new(asked.epoch, asked.partition, rows.Int64(0), (int)rows.Int64(1)));
            return (IReadOnlyList<LogPosition>)skips;
        }, cancellationToken);
}
