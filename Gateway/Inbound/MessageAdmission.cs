using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Inbound;

/// <summary>Which messages are let in (protocol chapter 03 section 3.1). The rest is dropped in silence: the protocol has no refusal.</summary>
internal static class MessageAdmission
{
    /// <summary>Bytes of content at most, so that every reply that holds at least one message stays below the clients' frame limit.</summary>
    public const int MaxDataBytes = 256 * 1024;

    // Four bytes of duration and no sound; iOS crashes on less than four.
    private const int AudioHeaderBytes = 4;

    /// <summary>Looks at everything that the message itself shows.</summary>
    /// <param name="sender">The authenticated user; what the message claims does not count.</param>
    /// <param name="message">Parsed, its type known.</param>
    /// <returns>Why it is dropped, or null.</returns>
    public static DropReason? Check(UserId sender, IMMsgData message)
    {
        if (message.MsgData.IsEmpty)
            return DropReason.Empty;
        if (message.MsgData.Length > MaxDataBytes)
            return DropReason.TooLarge;
        if (message.MsgType is MsgType.SingleAudio or MsgType.GroupAudio && message.MsgData.Length <= AudioHeaderBytes)
            return DropReason.EmptyAudio;
        if (message.MsgType is MsgType.GroupText or MsgType.GroupAudio)
            return ConversationId.Group(message.ToSessionId).IsValid ? null : DropReason.NotAMember;

        var receiver = new UserId(message.ToSessionId);
        if (receiver == sender)
            return DropReason.ToSelf;
        return receiver.IsValid ? null : DropReason.NoSuchUser;
    }

    /// <summary>The conversation a read mark is for.</summary>
    /// <param name="reader">The authenticated user.</param>
    /// <param name="mark">Parsed, its session type known.</param>
    /// <param name="conversation">The conversation, when the mark is let in; that he is in the group is not looked at.</param>
    /// <returns>Why it is dropped, or null.</returns>
    public static DropReason? Check(UserId reader, IMMsgDataReadAck mark, out ConversationId conversation)
    {
        conversation = default;
        var peer = new UserId(mark.SessionId);
        if (mark.MsgId == 0)
            return DropReason.Empty;
        if (mark.SessionType == SessionType.Group)
        {
            conversation = ConversationId.Group(mark.SessionId);
            return conversation.IsValid ? null : DropReason.NotAMember;
        }

        if (peer == reader)
            return DropReason.ToSelf;
        if (!peer.IsValid)
            return DropReason.NoSuchUser;

        conversation = ConversationId.Pair(reader, peer);
        return null;
    }
}

/// <summary>Why a message or read mark was not let in.</summary>
internal enum DropReason
{
    /// <summary>A message without content, or a mark at no message.</summary>
    Empty,

    /// <summary>Sound of no length.</summary>
    EmptyAudio,

    /// <summary>More content than fits into a reply.</summary>
    TooLarge,

    /// <summary>To the sender himself.</summary>
    ToSelf,

    /// <summary>To nobody.</summary>
    NoSuchUser,

    /// <summary>To a group that the sender does not belong to.</summary>
    NotAMember,
}
