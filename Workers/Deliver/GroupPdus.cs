using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Workers.Deliver;

/// <summary>Answers and notifies about groups and conversations (protocol chapters 03 section 7 and 05), finished for the wire.</summary>
internal static class GroupPdus
{
    // An id takes five bytes and a tag at most. Longer lists are cut: Android throws a larger frame away as a whole.
    private const int MaxListed = (Limits.MaxClientFrameBytes - 1_024) / 6;
    private const uint Ok = 0;
    private const uint Failed = 1;

    /// <summary>The answer to a command to a group.</summary>
    public static (ushort Command, ByteString Body) Reply(OutboundEvent told, UserId[] members)
    {
        var done = told.Outcome is SendOutcome.Stored or SendOutcome.Duplicate;
        var group = new ConversationId(told.Relation).GroupId;
        return told.Change.Kind switch
        {
            EntryKind.GroupCreate => (Command.GroupCreateRsp, Created(told, group, done, members)),
            EntryKind.GroupShield => (Command.GroupShieldRsp, new IMGroupShieldRsp
            {
                UserId = told.User,
                GroupId = group,
                ResultCode = done ? Ok : Failed,
            }.ToByteString()),
            _ => (Command.GroupChangeMemberRsp, Changed(told, group, done, members)),
        };
    }

    /// <summary>Tells a change of members to those who stay and those who came.</summary>
    public static ByteString Notice(OutboundEvent told, UserId[] members) =>
        Notice(told, members.Select(static user => user.Value), told.Change.Users);

    /// <summary>
    /// Tells a change to somebody who was removed: himself last, because Windows looks at the last one only to see whether it was
    /// sent away (protocol chapter 05 section 5.3).
    /// </summary>
    public static ByteString NoticeTo(uint removed, OutboundEvent told, UserId[] members) =>
        Notice(told, members.Select(static user => user.Value), told.Change.Users.Where(user => user != removed).Append(removed));

    /// <summary>As <see cref="NoticeTo"/>, without the lists: when so many were removed that everybody's own would be too much.</summary>
    public static ByteString ShortNoticeTo(uint removed, OutboundEvent told) => Notice(told, [], [removed]);

    /// <summary>The answer to a conversation taken off its user's list.</summary>
    public static ByteString RemovedReply(OutboundEvent told)
    {
        var (type, id) = SessionOf(told);
        return new IMRemoveSessionRsp
        {
            UserId = told.User,
            ResultCode = told.Outcome == SendOutcome.Stored ? Ok : Failed,
            SessionType = type,
            SessionId = id,
        }.ToByteString();
    }

    /// <summary>Tells the user's other connections that he took a conversation off his list.</summary>
    public static ByteString RemovedNotice(OutboundEvent told)
    {
        var (type, id) = SessionOf(told);
        return new IMRemoveSessionNotify { UserId = told.User, SessionType = type, SessionId = id }.ToByteString();
    }

    private static (SessionType Type, uint Id) SessionOf(OutboundEvent told)
    {
        var conversation = new ConversationId(told.Relation);
        return conversation.IsGroup
            ? (SessionType.Group, conversation.GroupId)
            : (SessionType.Single, conversation.PeerOf(new(told.User)).Value);
    }

    private static ByteString Created(OutboundEvent told, uint group, bool done, UserId[] members)
    {
        var reply = new IMGroupCreateRsp
        {
            UserId = told.User,
            ResultCode = done ? Ok : Failed,
            GroupName = told.Change.Name,
        };
        if (done)
        {
            reply.GroupId = group;
            reply.UserIdList.AddRange(members.Take(MaxListed).Select(static user => user.Value));
        }

        return reply.ToByteString();
    }

    private static ByteString Changed(OutboundEvent told, uint group, bool done, UserId[] members)
    {
        var reply = new IMGroupChangeMemberRsp
        {
            UserId = told.User,
            ChangeType = TypeOf(told),
            ResultCode = done ? Ok : Failed,
            GroupId = group,
        };
        if (done)
        {
            reply.ChgUserIdList.AddRange(told.Change.Users.Take(MaxListed));
            reply.CurUserIdList.AddRange(members.Take(MaxListed - reply.ChgUserIdList.Count).Select(static user => user.Value));
        }

        return reply.ToByteString();
    }

    private static ByteString Notice(OutboundEvent told, IEnumerable<uint> members, IEnumerable<uint> changed)
    {
        var notice = new IMGroupChangeMemberNotify
        {
            UserId = told.User,
            ChangeType = TypeOf(told),
            GroupId = new ConversationId(told.Relation).GroupId,
        };
        notice.ChgUserIdList.AddRange(changed.TakeLast(MaxListed));
        notice.CurUserIdList.AddRange(members.Take(MaxListed - notice.ChgUserIdList.Count));
        return notice.ToByteString();
    }

    private static GroupModifyType TypeOf(OutboundEvent told) =>
        told.Change.Kind == EntryKind.GroupRemove ? GroupModifyType.Delete : GroupModifyType.Add;
}
