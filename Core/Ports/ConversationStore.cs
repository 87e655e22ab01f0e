using BrokerIm.Contracts.Records;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Ports;

/// <summary>Reading hand of the conversation store: history, heads, read marks. Held by gateways.</summary>
public interface IConversationReader
{
    /// <summary>Id and facts of the newest message of each conversation; null where there is none. Same order as asked.</summary>
    ValueTask<IReadOnlyList<MessageHead?>> HeadsAsync(IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken);

    /// <summary>Facts of given messages, null where there is none; same order as asked. Cheaper than the message itself.</summary>
    ValueTask<IReadOnlyList<MessageHead?>> FactsAsync(
        IReadOnlyList<(ConversationId Conversation, uint MessageId)> messages, CancellationToken cancellationToken);

    /// <summary>Messages with ids in [<paramref name="fromId"/>, <paramref name="toId"/>], ascending; ids not there are left out.</summary>
    /// <param name="conversation">Conversation.</param>
    /// <param name="fromId">First id, at least 1.</param>
    /// <param name="toId">Last id; callers ask for at most 1,024 at a time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<StoredMessage>> ReadRangeAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken);

    /// <summary>
    /// When the cells of messages in a range were written, ascending; ids not there are left out. For operators' checks: a body that is
    /// later than its meta was rewritten.
    /// </summary>
    /// <inheritdoc cref="ReadRangeAsync"/>
    ValueTask<IReadOnlyList<MessageWritten>> ReadWrittenAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken);

    /// <summary>
    /// Conversations of a user with an <see cref="ActivityRow"/> at or after a time, newest first. Whoever wants all that have a message
    /// since then asks for one <see cref="Limits.ActivitySpanMs"/> more and looks at their heads.
    /// </summary>
    /// <param name="user">Whose.</param>
    /// <param name="sinceMs">Unix milliseconds, inclusive; 0 for all.</param>
    /// <param name="max">At most this many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<ConversationActivity>> ConversationsOfAsync(
        UserId user, long sinceMs, int max, CancellationToken cancellationToken);

    /// <summary>How far the user has read each conversation, 0 where never; same order as asked.</summary>
    ValueTask<IReadOnlyList<uint>> ReadMarksAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken);

    /// <summary>
    /// The newest message of each conversation when its user took it off his list, 0 where he never did; same order as asked. It is
    /// off the list while there is no newer one.
    /// </summary>
    ValueTask<IReadOnlyList<uint>> RemovalsAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken);
}

/// <summary>
/// Writing hand of the conversation store, held by Persist alone. Every cell carries a write timestamp made from its log
/// position; of two writes to one cell the later timestamp wins. At equal timestamps, where a log gives equal values, the values
/// themselves decide, the same way in whatever order they come. So every write may be repeated, by anybody, at any time.
/// </summary>
public interface IConversationStore : IConversationReader, IGroupReader
{
    /// <summary>
    /// The newest message of each conversation among those written below a bound, null where there is none; same order as asked.
    /// Rows at or above the bound are leftovers of another worker and invisible here.
    /// </summary>
    /// <param name="keys">Conversation and <see cref="LogPosition.Bound"/> of its partition.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<MessageHead?>> LoadAsync(
        IReadOnlyList<(ConversationId Conversation, long Bound)> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Part of the dedupe window: messages below <paramref name="beforeId"/> and below the bound, newest first, down to and
    /// including the first with a time before <paramref name="untilMs"/>, at most <paramref name="max"/>.
    /// </summary>
    ValueTask<IReadOnlyList<MessageHead>> LoadWindowAsync(
        ConversationId conversation, long bound, uint beforeId, long untilMs, int max, CancellationToken cancellationToken);

    /// <summary>Each group after its newest event below the bound, null where there is none; same order as asked.</summary>
    ValueTask<IReadOnlyList<GroupFacts?>> LoadGroupsAsync(
        IReadOnlyList<(uint Group, long Bound)> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Each user's newest membership that began below the bound, as it was there (<see cref="Membership.Before"/>), null where there
    /// is none; same order as asked.
    /// </summary>
    ValueTask<IReadOnlyList<Membership?>> LoadMembershipsAsync(
        IReadOnlyList<(uint Group, UserId User, long Bound)> keys, CancellationToken cancellationToken);

    /// <summary>Writes the cells durably, all of a conversation in order and never a later one without the earlier.</summary>
    /// <exception cref="DependencyUnavailableException">No answer in time; some may be written. Safe to repeat.</exception>
    ValueTask WriteAsync(StoreBatch batch, CancellationToken cancellationToken);

    /// <summary>Next inbound offset of each partition as last written by <see cref="WriteProgressAsync"/>.</summary>
    ValueTask<IReadOnlyDictionary<int, long>> ReadProgressAsync(int epoch, CancellationToken cancellationToken);

    /// <summary>Second copy of the commit; a register that only grows.</summary>
    ValueTask WriteProgressAsync(
        int epoch, IReadOnlyList<(int Partition, long NextOffset)> progress, CancellationToken cancellationToken);

    /// <summary>Entries of a partition, from an offset on, that were decided to take no id because nobody could handle them.</summary>
    ValueTask<IReadOnlyList<LogPosition>> ReadSkipsAsync(
        int epoch, int partition, long fromOffset, CancellationToken cancellationToken);
}

/// <summary>A message without its body: what the fold and the unread arithmetic need.</summary>
public sealed record MessageHead(uint MessageId, MessageMeta Meta);

/// <summary>A message as readers see it.</summary>
/// <param name="MessageId">1, 2, 3 ... without gaps in its conversation.</param>
/// <param name="Meta">Sender, type, time.</param>
/// <param name="Body">The final <c>IMMsgData</c>, as it went to the receivers.</param>
public sealed record StoredMessage(uint MessageId, MessageMeta Meta, ReadOnlyMemory<byte> Body);

/// <summary>When the cells of a message were written.</summary>
/// <param name="MessageId">Which message.</param>
/// <param name="MetaAt">Write timestamp of meta: that of the message's own entry of the log.</param>
/// <param name="BodyAt">Write timestamp of the body: the same, or that of the order that erased it.</param>
public readonly record struct MessageWritten(uint MessageId, long MetaAt, long BodyAt);

/// <summary>That a pair's conversation was active.</summary>
/// <param name="Conversation">Which.</param>
/// <param name="ActivityMs">Unix milliseconds; the newest message may be up to <see cref="Limits.ActivitySpanMs"/> younger.</param>
public readonly record struct ConversationActivity(ConversationId Conversation, long ActivityMs);

/// <summary>Cells that one batch of the log brings about. Lists are in log order.</summary>
public sealed class StoreBatch
{
    /// <summary>New messages: meta and body cells.</summary>
    public List<MessageRow> Messages { get; } = [];

    /// <summary>
    /// Messages whose content goes. Each is stored already or among <see cref="Messages"/>: whoever erases it knows its facts.
    /// </summary>
    public List<ErasureRow> Erasures { get; } = [];

    /// <summary>Last activity per (user, conversation), at most one entry each.</summary>
    public List<ActivityRow> Activities { get; } = [];

    /// <summary>Read marks, at most one entry per (user, conversation).</summary>
    public List<ReadMarkRow> ReadMarks { get; } = [];

    /// <summary>Conversations taken off their user's list, at most one entry per (user, conversation).</summary>
    public List<RemovalRow> Removals { get; } = [];

    /// <summary>What groups became.</summary>
    public List<GroupEventRow> GroupEvents { get; } = [];

    /// <summary>Memberships that begin.</summary>
    public List<JoinRow> Joins { get; } = [];

    /// <summary>Memberships that end.</summary>
    public List<LeaveRow> Leaves { get; } = [];

    /// <summary>Members' wishes for no pushes.</summary>
    public List<ShieldRow> Shields { get; } = [];

    /// <summary>Entries that take no id.</summary>
    public List<SkipRow> Skips { get; } = [];

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => Messages.Count == 0 && Erasures.Count == 0 && Activities.Count == 0 && ReadMarks.Count == 0 && Removals.Count == 0
        && GroupEvents.Count == 0 && Joins.Count == 0 && Leaves.Count == 0 && Shields.Count == 0 && Skips.Count == 0;
}

/// <summary>One message to store; written at the position's timestamp.</summary>
public readonly record struct MessageRow(
    ConversationId Conversation, uint MessageId, LogPosition Position, ReadOnlyMemory<byte> Meta, ReadOnlyMemory<byte> Body);

/// <summary>
/// What is left of an erased message; its body is written at the position's timestamp, so the message's own row, which is earlier, never
/// brings the content back. Meta stays.
/// </summary>
public readonly record struct ErasureRow(ConversationId Conversation, uint MessageId, LogPosition Position, ReadOnlyMemory<byte> Body);

/// <summary>
/// Activity of a user's conversation, of the first message in each <see cref="Limits.ActivitySpanMs"/>; written at the position's timestamp.
/// </summary>
public readonly record struct ActivityRow(UserId User, ConversationId Conversation, long ActivityMs, LogPosition Position);

/// <summary>A read mark; a register written at <see cref="LogPosition.RegisterTimestamp"/> of its value.</summary>
public readonly record struct ReadMarkRow(UserId User, ConversationId Conversation, uint MessageId);

/// <summary>A conversation off its user's list; a register like a read mark.</summary>
public readonly record struct RemovalRow(UserId User, ConversationId Conversation, uint MessageId);

/// <summary>A group after an event; written at the position's timestamp.</summary>
public readonly record struct GroupEventRow(uint Group, LogPosition Position, ReadOnlyMemory<byte> Facts);

/// <summary>A membership that begins; written at the position's timestamp, which also names it.</summary>
public readonly record struct JoinRow(uint Group, UserId User, LogPosition Position, uint Head);

/// <summary>A membership that ends; written at the position's timestamp.</summary>
public readonly record struct LeaveRow(uint Group, UserId User, long JoinedAt, LogPosition Position, uint Head);

/// <summary>A member's wish for no pushes of a group; written at the position's timestamp.</summary>
public readonly record struct ShieldRow(uint Group, UserId User, long JoinedAt, bool On, LogPosition Position);

/// <summary>A decision to skip an entry (index -1: the whole record), with why.</summary>
public readonly record struct SkipRow(LogPosition Position, string Reason);

/// <summary>
/// Makes one batch durable: rows, then the outbound records, then progress - in this order where they live in different services,
/// or as one transaction where they live in one.
/// </summary>
public interface IPersistCommit
{
    /// <exception cref="DependencyUnavailableException">No answer in time; a part may be done. Safe to repeat as it is.</exception>
    ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken);
}

/// <summary>Everything one batch of inbound records brings about.</summary>
/// <param name="Epoch">Layout of the log.</param>
/// <param name="Rows">Cells for the store.</param>
/// <param name="Outbound">Per partition its record for Deliver; partitions without news are absent.</param>
/// <param name="Progress">Per partition the offset after the batch.</param>
public sealed record PersistUnit(
    int Epoch,
    StoreBatch Rows,
    IReadOnlyList<(int Partition, OutboundRecord Record)> Outbound,
    IReadOnlyList<(int Partition, long NextOffset)> Progress);
