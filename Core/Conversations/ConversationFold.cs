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
        if (!new UserId(entry.Sender).IsValid)
            return $"sender {entry.Sender} is not a user id";
        return entry.Kind switch
        {
            EntryKind.Message when entry.ClientMessageId.Length != ClientMessageId.Size =>
                $"client message id has {entry.ClientMessageId.Length} bytes",
            EntryKind.Message when !Enum.IsDefined((MsgType)entry.MessageType) => $"message type {entry.MessageType} is unknown",
            EntryKind.Message or EntryKind.ReadMark => null,
            _ => $"entry kind {(int)entry.Kind} is unknown",
        };
    }

    /// <summary>Decides one entry and moves the state on. The caller has brought in what <see cref="ConversationState.NeedsOlder"/>
    /// asked for, and the read marks for a read mark.</summary>
    public static Decision Apply(ConversationState state, InboundEntry entry)
    {
        var conversation = new ConversationId(entry.Relation);
        var user = new UserId(entry.Sender);
        if (!conversation.HasMember(user))
            return new(DecisionKind.Refused, 0, 0);

        return entry.Kind == EntryKind.Message
            ? ApplyMessage(state, conversation, user, entry)
            : ApplyReadMark(state, conversation, user, entry);
    }

    private static Decision ApplyMessage(
        ConversationState state, ConversationId conversation, UserId sender, InboundEntry entry)
    {
        if (!ClientMessageId.TryRead(entry.ClientMessageId.Span, out var id))
            throw new ArgumentException("The entry has a defect.", nameof(entry));

        var hash = MessageHash.Of(entry.MessageType, entry.Data.Span);
        if (state.TryFind(sender, id, out var seen))
            return new(seen.Hash == hash ? DecisionKind.Duplicate : DecisionKind.Conflict, seen.MessageId, seen.TimeMs);

        if (state.IsStale(id.TimeMs))
            return new(DecisionKind.Stale, 0, 0);

        // Never before an earlier message, and never before the sender's own id: both rules of the window rest on it.
        var timeMs = Math.Max(Math.Max((long)entry.StampMs, id.TimeMs), state.HeadTimeMs);
        state.Append(sender, id, timeMs, sender == conversation.Low, hash);
        return new(DecisionKind.Stored, state.Head, timeMs, hash);
    }

    private static Decision ApplyReadMark(
        ConversationState state, ConversationId conversation, UserId reader, InboundEntry entry)
    {
        var marks = state.ReadMarks ?? throw new InvalidOperationException("Read marks were not loaded.");
        var mark = Math.Min(entry.ReadId, state.Head);
        var isLow = reader == conversation.Low;
        if (mark <= (isLow ? marks.Low : marks.High))
            return new(DecisionKind.Unchanged, mark, 0);

        state.ReadMarks = isLow ? marks with { Low = mark } : marks with { High = mark };
        return new(DecisionKind.Read, mark, 0);
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

    /// <summary>A read mark that was there already.</summary>
    Unchanged,
}

/// <summary>The fold's decision.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="MessageId">The id given, the id of the first copy, or the read mark.</param>
/// <param name="TimeMs">The message's time, Unix milliseconds.</param>
/// <param name="Hash">Hash of a stored message.</param>
public readonly record struct Decision(DecisionKind Kind, uint MessageId, long TimeMs, ulong Hash = 0);
