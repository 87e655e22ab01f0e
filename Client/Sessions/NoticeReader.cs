using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Sessions;

/// <summary>Turns what the server pushes beside messages into events.</summary>
internal static class NoticeReader
{
    /// <summary>The event; null when the command is none that makes one.</summary>
    /// <exception cref="Google.Protobuf.InvalidProtocolBufferException">The body is not protobuf.</exception>
    /// <exception cref="InvalidDataException">A required field is missing.</exception>
    public static ImEvent? Read(ushort command, ReadOnlySpan<byte> body, uint self)
    {
        switch (command)
        {
            case Command.MsgDataReadNotify:
                var read = PduBody.Parse(IMMsgDataReadNotify.Parser, body);
                return new MessageRead(Peer.Of(read.SessionType, read.SessionId), read.MsgId);
            case Command.RemoveSessionNotify:
                var removed = PduBody.Parse(IMRemoveSessionNotify.Parser, body);
                return new SessionRemoved(Peer.Of(removed.SessionType, removed.SessionId));
            case Command.UserStatNotify:
                var status = PduBody.Parse(IMUserStatNotify.Parser, body).UserStat;
                return new UserStatusChanged(status.UserId, status.Status);
            case Command.PCLoginStatusNotify:
                return new PcLoginStatusChanged(PduBody.Parse(IMPCLoginStatusNotify.Parser, body).LoginStat);
            case Command.GroupChangeMemberNotify:
                return Of(PduBody.Parse(IMGroupChangeMemberNotify.Parser, body));
            case Command.SignInfoChangedNotify:
                var signature = PduBody.Parse(IMSignInfoChangedNotify.Parser, body);
                return new SignatureChanged(signature.ChangedUserId, signature.SignInfo);
            case Command.AvatarChangedNotify:
                var avatar = PduBody.Parse(IMAvatarChangedNotify.Parser, body);
                return new AvatarChanged(avatar.ChangedUserId, avatar.AvatarUrl);
            case Command.P2PCmdMsg:
                return Of(PduBody.Parse(IMP2PCmdMsg.Parser, body), self);
            case Command.KickUser:
                return new Kicked(PduBody.Parse(IMKickUser.Parser, body).KickReason);
            default:
                return null;
        }
    }

    private static GroupMembersChanged Of(IMGroupChangeMemberNotify change)
    {
        var isAdd = change.ChangeType == GroupModifyType.Add;
        return new(
            change.GroupId,
            change.UserId,
            isAdd ? change.ChgUserIdList : [],
            isAdd ? [] : change.ChgUserIdList,
            change.CurUserIdList);
    }

    // What the user types on another device of his is no news about the other side.
    private static ImEvent Of(IMP2PCmdMsg said, uint self)
    {
        var command = said.FromUserId == self ? null : P2PCommand.TryParse(said.CmdMsgData);
        if (command is { Service: var service, Id: var id } && service == P2PCommand.Writing.Service)
        {
            if (id == P2PCommand.Writing.Id)
                return new UserTyping(said.FromUserId, IsTyping: true);
            if (id == P2PCommand.StoppedWriting.Id)
                return new UserTyping(said.FromUserId, IsTyping: false);
        }

        return new P2PReceived(said.FromUserId, said.ToUserId, said.CmdMsgData);
    }
}
