using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// The conversation store in Cassandra. The cluster itself does what the port promises: of two writes to a cell the later timestamp
/// wins, and the timestamps are log positions.
/// </summary>
internal sealed class CassandraConversationStore(ICassandraSession session, IOptions<CassandraOptions> options)
    : CassandraConversationReader(session, options), IConversationStore
{
    /// <summary>What a row costs beside its values: names, timestamps, lengths.</summary>
    private const int RowBytes = 100;

    private const int LargestWindowPage = 256;

    private static readonly TableShape<MessageRow> s_messages = new(
        static row => row.Conversation.Value,
        static row => Buckets.Of(row.MessageId),
        static row => RowBytes + row.Meta.Length + row.Body.Length);

    private static readonly TableShape<ErasureRow> s_erasures = new(
        static row => row.Conversation.Value, static row => Buckets.Of(row.MessageId), static row => RowBytes + row.Body.Length);

    private static readonly TableShape<ActivityRow> s_activities = new(
        static row => row.User.Value, static _ => 0, static _ => RowBytes);

    private static readonly TableShape<ReadMarkRow> s_readMarks = new(
        static row => row.User.Value, static _ => 0, static _ => RowBytes);

    private static readonly TableShape<RemovalRow> s_removals = new(
        static row => row.User.Value, static _ => 0, static _ => RowBytes);

    private static readonly TableShape<GroupEventRow> s_groupEvents = new(
        static row => row.Group, static _ => 0, static row => RowBytes + row.Facts.Length);

    private static readonly TableShape<JoinRow> s_joins = new(static row => row.Group, static _ => 0, static _ => RowBytes);

    private static readonly TableShape<LeaveRow> s_leaves = new(static row => row.Group, static _ => 0, static _ => RowBytes);

    private static readonly TableShape<ShieldRow> s_shields = new(static row => row.Group, static _ => 0, static _ => RowBytes);

    private static readonly TableShape<UserGroupRow> s_userGroups = new(
        static row => row.User.Value, static _ => 0, static _ => RowBytes);

    private static readonly TableShape<SkipRow> s_skips = new(
        static row => ((ulong)(uint)row.Position.Epoch << 32) | (uint)row.Position.Partition,
        static _ => 0,
        static row => RowBytes + (2 * row.Reason.Length));

    private static readonly TableShape<(int Epoch, int Partition, long NextOffset)> s_progress = new(
        static row => (uint)row.Epoch, static _ => 0, static _ => RowBytes);

    private readonly ICassandraSession _session = session;
    private readonly CassandraOptions _options = options.Value;

    public ValueTask<IReadOnlyList<MessageHead?>> LoadAsync(
        IReadOnlyList<(ConversationId Conversation, long Bound)> keys, CancellationToken cancellationToken) =>
        ForEachAsync(keys, (key, token) => Finder.NewestBelowAsync(key.Conversation, key.Bound, token), cancellationToken);

    public async ValueTask<IReadOnlyList<MessageHead>> LoadWindowAsync(
        ConversationId conversation, long bound, uint beforeId, long untilMs, int max, CancellationToken cancellationToken)
    {
        var window = new List<MessageHead>();
        if (max <= 0)
            return window;

        var largestPage = Math.Min(max, LargestWindowPage);
        await foreach (var (head, writtenAt) in Finder.DownFromAsync(conversation, beforeId, largestPage, cancellationToken))
        {
            if (writtenAt >= bound)
                continue;

            window.Add(head);
            if (window.Count == max || (long)head.Meta.TimeMs < untilMs)
                break;
        }

        return window;
    }

    public ValueTask<IReadOnlyList<GroupFacts?>> LoadGroupsAsync(
        IReadOnlyList<(uint Group, long Bound)> keys, CancellationToken cancellationToken) =>
        ForEachAsync(
            keys,
            async (key, token) => (await _session.ReadAsync(GroupStatements.NewestBelow, key, token)).FirstOrDefault(),
            cancellationToken);

    public ValueTask<IReadOnlyList<Membership?>> LoadMembershipsAsync(
        IReadOnlyList<(uint Group, UserId User, long Bound)> keys, CancellationToken cancellationToken) =>
        ForEachAsync(
            keys,
            async (key, token) => Newest(
                await _session.ReadAsync(GroupStatements.StaysOf, (key.Group, key.User), token), key.Bound),
            cancellationToken);

    public async ValueTask WriteAsync(StoreBatch batch, CancellationToken cancellationToken)
    {
        if (batch.IsEmpty)
            return;

        var tables = new List<IWriteJobs>(4);
        Add(ConversationStatements.WriteMessage, s_messages, batch.Messages);
        Add(ConversationStatements.WriteActivity, s_activities, batch.Activities);
        Add(ConversationStatements.WriteReadMark, s_readMarks, batch.ReadMarks);
        Add(ConversationStatements.WriteRemoval, s_removals, batch.Removals);
        Add(GroupStatements.WriteEvent, s_groupEvents, batch.GroupEvents);
        Add(GroupStatements.WriteJoin, s_joins, batch.Joins);
        Add(GroupStatements.WriteLeave, s_leaves, batch.Leaves);
        Add(GroupStatements.WriteShield, s_shields, batch.Shields);
        Add(GroupStatements.WriteUserGroup, s_userGroups, UserGroupsOf(batch));
        Add(ConversationStatements.WriteSkip, s_skips, batch.Skips);
        await new WriteRun(tables, cancellationToken).RunAsync(_options.ConcurrentWrites);

        // A message of this batch may be erased in it, and a body without its meta must never be seen.
        if (batch.Erasures.Count > 0)
        {
            var erasures = Jobs(ConversationStatements.WriteErasure, s_erasures, batch.Erasures);
            await new WriteRun([erasures], cancellationToken).RunAsync(_options.ConcurrentWrites);
        }

        void Add<TRow>(CassandraWrite<TRow> write, TableShape<TRow> shape, List<TRow> rows)
        {
            if (rows.Count > 0)
                tables.Add(Jobs(write, shape, rows));
        }
    }

    public async ValueTask<IReadOnlyDictionary<int, long>> ReadProgressAsync(int epoch, CancellationToken cancellationToken)
    {
        var progress = await _session.ReadAsync(ConversationStatements.Progress, epoch, cancellationToken);
        return progress.ToDictionary(static entry => entry.Partition, static entry => entry.NextOffset);
    }

    public async ValueTask WriteProgressAsync(
        int epoch, IReadOnlyList<(int Partition, long NextOffset)> progress, CancellationToken cancellationToken)
    {
        var rows = new List<(int Epoch, int Partition, long NextOffset)>(progress.Count);
        foreach (var (partition, nextOffset) in progress)
            rows.Add((epoch, partition, nextOffset));
        await new WriteRun([Jobs(ConversationStatements.WriteProgress, s_progress, rows)], cancellationToken).RunAsync(atOnce: 1);
    }

    public async ValueTask<IReadOnlyList<LogPosition>> ReadSkipsAsync(
        int epoch, int partition, long fromOffset, CancellationToken cancellationToken)
    {
        var skips = await _session.ReadAsync(ConversationStatements.Skips, (epoch, partition, fromOffset), cancellationToken);
        return [.. skips.Select(skip => new LogPosition(epoch, partition, skip.Offset, skip.Index))];
    }

    private static List<UserGroupRow> UserGroupsOf(StoreBatch batch) =>
    [
        .. batch.Joins.Select(static join => new UserGroupRow(join.User, join.Group, IsMember: true, join.Head, join.Position)),
        .. batch.Leaves.Select(static leave => new UserGroupRow(leave.User, leave.Group, IsMember: false, JoinHead: 0, leave.Position)),
    ];

    private TableWrites<TRow> Jobs<TRow>(CassandraWrite<TRow> write, TableShape<TRow> shape, List<TRow> rows) =>
        new(_session, write, shape, rows, _options);
}
