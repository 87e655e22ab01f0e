using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Conversations;

/// <summary>
/// The one place where a message gets its id: folds the records of a conversation in log order. Pure - no clock, no I/O, no
/// chance - so whoever folds the same records comes to the same ids.
/// </summary>
/// <remarks>
/// Every running worker must decide alike at a given log position. A change of these rules is a change of the log's format.
/// </remarks>
public static class ConversationFold
{
    /// <summary>
    /// Whether the entry can be folded at all, and why not. What is wrong here no gateway publishes, so it is a damaged record
    /// and not a refusal.
    /// </summary>
    public static string? Defect(InboundEntry entry)
    {
        if (!new ConversationId(entry.Relation).IsValid)
            return $"relation {entry.Relation} is not a conversation";
        if (SenderDefect(entry) is { } wrongSender)
            return wrongSender;
        return entry.Kind switch
        {
            EntryKind.Message or EntryKind.GroupCreate when entry.ClientMessageId.Length != ClientMessageId.Size =>
                $"client message id has {entry.ClientMessageId.Length} bytes",
            EntryKind.Message when !Enum.IsDefined((MsgType)entry.MessageType) => $"message type {entry.MessageType} is unknown",
            EntryKind.Message or EntryKind.ReadMark or EntryKind.SessionRemove => null,
            EntryKind.GroupCreate or EntryKind.GroupAdd or EntryKind.GroupRemove or EntryKind.GroupShield => GroupDefect(entry),
            EntryKind.Erase => EraseDefect(entry),
            _ => $"entry kind {(int)entry.Kind} is unknown",
        };
    }

    /// <summary>Decides one entry and moves the state on. The caller has brought in what <see cref="ConversationState.NeedsOlder"/>
    /// asked for, the sender's read mark for a read mark, and for a group the memberships of <see cref="Concerned"/>.</summary>
    /// <param name="state">The conversation below the entry.</param>
    /// <param name="entry">Without a <see cref="Defect"/>.</param>
    /// <param name="writtenAt">Write timestamp of the entry's log position.</param>
    public static Decision Apply(ConversationState state, InboundEntry entry, long writtenAt)
    {
        var conversation = new ConversationId(entry.Relation);
        var user = new UserId(entry.Sender);
        return entry.Kind switch
        {
            EntryKind.Message => ApplyMessage(state, conversation, user, entry),
            EntryKind.ReadMark => ApplyReadMark(state, conversation, user, entry),
            EntryKind.SessionRemove => ApplyRemoval(state, conversation, user),
            EntryKind.Erase => ApplyErase(state, entry),
            _ => GroupFold.Apply(state, entry, writtenAt),
        };
    }

    /// <summary>Users of a group's entry whose memberships the decision depends on.</summary>
    public static IEnumerable<UserId> Concerned(InboundEntry entry)
    {
        var sender = entry.Sender == 0 ? Enumerable.Empty<uint>() : [entry.Sender];
        return (entry.Kind is EntryKind.GroupAdd or EntryKind.GroupRemove ? sender.Concat(entry.Users) : sender)
            .Select(static user => new UserId(user));
    }

    private static string? SenderDefect(InboundEntry entry)
    {
        if (entry is { Kind: EntryKind.Erase, Sender: not 0 })
            return $"user {entry.Sender} is no operator";
        var byOperator = entry.Sender == 0
            && entry.Kind is EntryKind.GroupCreate or EntryKind.GroupAdd or EntryKind.GroupRemove or EntryKind.Erase;
        return byOperator || new UserId(entry.Sender).IsValid ? null : $"sender {entry.Sender} is not a user id";
    }

    private static string? GroupDefect(InboundEntry entry)
    {
        if (!new ConversationId(entry.Relation).IsGroup)
            return $"{entry.Kind} is for groups only";
        if (entry.Kind == EntryKind.GroupCreate && (entry.Group is null || !Enum.IsDefined((GroupType)entry.Group.Type)))
            return "a group without a known type";
        foreach (var user in entry.Users)
        {
            if (!new UserId(user).IsValid)
                return $"member {user} is not a user id";
        }

        return null;
    }

    private static string? EraseDefect(InboundEntry entry)
    {
        if (entry.MessageIds.Count is 0 or > Limits.MaxErasedMessages)
            return $"an order to erase {entry.MessageIds.Count} messages";
        return entry.MessageIds.Contains(0) ? "there is no message 0" : null;
    }

    private static bool IsMember(ConversationState state, ConversationId conversation, UserId user) =>
        conversation.IsGroup ? state.Group?.HasMember(user) == true : conversation.HasMember(user);

    private static Decision ApplyMessage(
        ConversationState state, ConversationId conversation, UserId sender, InboundEntry entry)
    {
        if (!ClientMessageId.TryRead(entry.ClientMessageId.Span, out var id))
            throw new ArgumentException("The entry has a defect.", nameof(entry));

        // Before membership: who was removed since still learns that his message was stored.
        var hash = MessageHash.Of(entry.MessageType, entry.Data.Span);
        if (state.TryFind(sender, id, out var seen))
            return new(seen.Hash == hash ? DecisionKind.Duplicate : DecisionKind.Conflict, seen.MessageId, seen.TimeMs);

        if (state.IsStale(id.TimeMs))
            return new(DecisionKind.Stale, 0, 0);
        if (!IsMember(state, conversation, sender))
            return new(DecisionKind.Refused, 0, 0);

        // Never before an earlier message, and never before the sender's own id: both rules of the window rest on it.
        var timeMs = Math.Max(Math.Max((long)entry.StampMs, id.TimeMs), state.HeadTimeMs);
        var opensSpan = state.Head == 0 || state.HeadTimeMs / Limits.ActivitySpanMs != timeMs / Limits.ActivitySpanMs;
        state.Append(sender, id, timeMs, !conversation.IsGroup && sender == conversation.Low, hash);

        // In a group one's own message is read with everything before it (chapter 03 section 3.4).
        if (conversation.IsGroup)
            state.MarkRead(sender, state.Head);
        return new(DecisionKind.Stored, state.Head, timeMs, hash) { OpensSpan = opensSpan };
    }

    private static Decision ApplyReadMark(
        ConversationState state, ConversationId conversation, UserId reader, InboundEntry entry)
    {
        if (!IsMember(state, conversation, reader))
            return new(DecisionKind.Refused, 0, 0);

        // What was only read back is written and told once more: this may be the record that brought it there.
        var (mark, known) = (Math.Min(entry.ReadId, state.Head), state.ReadMarkOf(reader));
        if (mark <= known && !state.IsUnconfirmed(reader))
            return new(DecisionKind.Unchanged, mark, 0);

        mark = Math.Max(mark, known);
        state.MarkRead(reader, mark);
        return new(DecisionKind.Read, mark, 0);
    }

    // Hidden up to the newest message, so that any new one brings the conversation back (chapter 03 section 7).
    private static Decision ApplyRemoval(ConversationState state, ConversationId conversation, UserId user)
    {
        var exists = state.Head > 0 || conversation.IsGroup;
        if (!exists || !IsMember(state, conversation, user))
            return new(DecisionKind.Refused, 0, 0);

        state.MarkRead(user, state.Head);
        return new(DecisionKind.Removed, state.Head, 0);
    }

    // Ids are dense, so every id up to the head is a message. What comes later under a named id is not meant: it was not there.
    // Ids, times and the dedupe window stay as they are, or a repeat of an erased message would bring it back.
    private static Decision ApplyErase(ConversationState state, InboundEntry entry)
    {
        List<uint> erased = [.. entry.MessageIds.Where(id => id <= state.Head).Distinct().Order()];
        return new(erased.Count > 0 ? DecisionKind.Erased : DecisionKind.Unchanged, state.Head, 0) { Erased = erased };
    }
}

/// <summary>What the fold made of an entry.</summary>
public enum DecisionKind
{
    /// <summary>A new message.</summary>
    Stored,

    /// <summary>The same message again.</summary>
    Duplicate,

    /// <summary>Another message under a used client id.</summary>
    Conflict,

    /// <summary>So old that it may have been stored and forgotten; the client has to look before it sends it anew.</summary>
    Stale,

    /// <summary>The sender is not a member.</summary>
    Refused,

    /// <summary>A read mark moved forward.</summary>
    Read,

    /// <summary>A read mark that was there already, or an order to erase what there is not.</summary>
    Unchanged,

    /// <summary>A group was created, or members were added or removed.</summary>
    Changed,

    /// <summary>A member's wish for no pushes of a group was noted.</summary>
    Shielded,

    /// <summary>A conversation was taken off its user's list.</summary>
    Removed,

    /// <summary>Messages lose their content and keep everything else.</summary>
    Erased,
}

/// <summary>The fold's decision.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="MessageId">The id given, the id of the first copy, the read mark, or the newest message when a group changed or
/// messages were erased.</param>
/// <param name="TimeMs">The message's time, Unix milliseconds.</param>
/// <param name="Hash">Hash of a stored message.</param>
public readonly record struct Decision(DecisionKind Kind, uint MessageId, long TimeMs, ulong Hash = 0)
{
    /// <summary>Who joined or left a group.</summary>
    public IReadOnlyList<UserId> Users { get; init; } = [];

    /// <summary>Messages that lose their content, ascending.</summary>
    public IReadOnlyList<uint> Erased { get; init; } = [];

    /// <summary>Whether a stored message is the first of its conversation in its <see cref="Limits.ActivitySpanMs"/>.</summary>
    public bool OpensSpan { get; init; }
}
