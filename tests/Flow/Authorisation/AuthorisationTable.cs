using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;
using static BrokerIm.Tests.Flow.Authorisation.Outcome;

namespace BrokerIm.Tests.Flow.Authorisation;

/// <summary>Every command that is handled, and who may use it for what.</summary>
internal static class AuthorisationTable
{
    /// <summary>Columns: before login, owner, another member, a stranger, a removed member.</summary>
    public static readonly AuthorisationRow[] Rows =
    [
        new(Command.MsgServReq, "", (_, _) => new IMMsgServReq(), [Answered, Answered, Answered, Answered, Answered]),
        new(Command.LoginReq, "", (cast, _) => WireClient.LoginRequest(cast.NameOf(Role.Stranger), ClientType.Android),
            [Answered, Silence, Silence, Silence, Silence]),
        new(Command.LogoutReq, "", (_, _) => new IMLogoutReq(), [Silence, Answered, Answered, Answered, Answered]),
        new(Command.DeviceTokenReq, "", (cast, role) => new IMDeviceTokenReq { UserId = cast.Other(role), DeviceToken = $"ios:{role}" },
            [Silence, Answered, Answered, Answered, Answered]),
        new(Command.KickPCClientReq, "", (cast, role) => new IMKickPCClientReq { UserId = cast.Other(role) },
            [Silence, Answered, Answered, Answered, Answered]),
        new(Command.PushShieldReq, "", (cast, role) => new IMPushShieldReq { UserId = cast.Other(role), ShieldStatus = 1 },
            [Silence, Answered, Answered, Answered, Answered]),
        new(Command.QueryPushShieldReq, "", (cast, role) => new IMQueryPushShieldReq { UserId = cast.Other(role) },
            [Silence, Answered, Answered, Answered, Answered]),

        new(Command.RecentContactSessionReq, "", (cast, role) => new IMRecentContactSessionReq { UserId = cast.Other(role), LatestUpdateTime = 0 },
            [Silence, Answered, Answered, Empty, Empty]),
        new(Command.UsersInfoReq, "", (cast, role) => new IMUsersInfoReq { UserId = cast.Other(role), UserIdList = { cast.Owner } },
            [Silence, Answered, Answered, Answered, Answered]),
        new(Command.RemoveSessionReq, "", RemoveSession, [Silence, Answered, Answered, Refused, Refused]),
        new(Command.RemoveSessionRsp, "as iOS asks", RemoveSession, [Silence, Answered, Answered, Refused, Refused]),
        new(Command.AllUserReq, "", (cast, role) => new IMAllUserReq { UserId = cast.Other(role), LatestUpdateTime = 0 },
            [Silence, Answered, Answered, Answered, Answered]),
        new(Command.UsersStatReq, "", (cast, role) => new IMUsersStatReq { UserId = cast.Other(role), UserIdList = { cast.Owner } },
            [Silence, Answered, Answered, Answered, Answered]),
        new(Command.ChangeAvatarReq, "", (cast, role) => new IMChangeAvatarReq { UserId = cast.Other(role), AvatarUrl = "a.png" },
            [Silence, Answered, Answered, Answered, Answered]),
        new(Command.DepartmentReq, "", (cast, role) => new IMDepartmentReq { UserId = cast.Other(role), LatestUpdateTime = 0 },
            [Silence, Empty, Empty, Empty, Empty]),
        new(Command.ChangeSignInfoReq, "", (cast, role) => new IMChangeSignInfoReq { UserId = cast.Other(role), SignInfo = "mine" },
            [Silence, Answered, Answered, Answered, Answered]),

        new(Command.MsgData, "to the group", (cast, role) => Message(cast.Other(role), cast.Group, MsgType.GroupText),
            [Silence, Answered, Answered, Silence, Silence], ChangesGroup: true),
        new(Command.MsgData, "to a user", (cast, role) => Message(cast.Other(role), cast.Other(role), MsgType.SingleText),
            [Silence, Answered, Answered, Answered, Answered], ChangesGroup: true),
        new(Command.MsgDataAck, "", (cast, role) => new IMMsgDataAck
            {
                UserId = cast.Other(role), SessionId = cast.Group, MsgId = 2, SessionType = SessionType.Group,
            },
            [Silence, Silence, Silence, Silence, Silence]),
        new(Command.MsgDataReadAck, "", (cast, role) => new IMMsgDataReadAck
            {
                UserId = cast.Other(role), SessionId = cast.Group, MsgId = 2, SessionType = SessionType.Group,
            },
            [Silence, Silence, Silence, Silence, Silence]),
        new(Command.ClientTimeReq, "", (_, _) => new IMClientTimeReq(), [Answered, Answered, Answered, Answered, Answered]),
        new(Command.UnreadMsgCntReq, "", (cast, role) => new IMUnreadMsgCntReq { UserId = cast.Other(role) },
            [Silence, Empty, Answered, Empty, Empty]),
        new(Command.GetMsgListReq, "", (cast, role) => new IMGetMsgListReq
            {
                UserId = cast.Other(role), SessionType = SessionType.Group, SessionId = cast.Group, MsgIdBegin = 0, MsgCnt = 10,
            },
            [Silence, Answered, Answered, Empty, Empty]),
        new(Command.GetLatestMsgIdReq, "", (cast, role) => new IMGetLatestMsgIdReq
            {
                UserId = cast.Other(role), SessionType = SessionType.Group, SessionId = cast.Group,
            },
            [Silence, Answered, Answered, Empty, Empty]),
        new(Command.GetMsgByIdReq, "", (cast, role) => new IMGetMsgByIdReq
            {
                UserId = cast.Other(role), SessionType = SessionType.Group, SessionId = cast.Group, MsgIdList = { 1, 2 },
            },
            [Silence, Answered, Answered, Empty, Empty]),

        new(Command.NormalGroupListReq, "", (cast, role) => new IMNormalGroupListReq { UserId = cast.Other(role) },
            [Silence, Empty, Empty, Empty, Empty]),
        new(Command.GroupInfoListReq, "", (cast, role) => new IMGroupInfoListReq
            {
                UserId = cast.Other(role), GroupVersionList = { new GroupVersionInfo { GroupId = cast.Group, Version = 0 } },
            },
            [Silence, Answered, Answered, Empty, Empty]),
        new(Command.GroupCreateReq, "", (cast, role) => new IMGroupCreateReq
            {
                UserId = cast.Other(role), GroupType = GroupType.Temporary, GroupName = "own", GroupAvatar = "",
                MemberIdList = { cast.IdOf(Role.Stranger) },
            },
            [Silence, Answered, Answered, Answered, Answered]),
        new(Command.GroupCreateReq, "an official one", (cast, role) => new IMGroupCreateReq
            {
                UserId = cast.Other(role), GroupType = GroupType.Normal, GroupName = "own", GroupAvatar = "",
                MemberIdList = { cast.IdOf(Role.Stranger) },
            },
            [Silence, Silence, Silence, Silence, Silence]),
        new(Command.GroupChangeMemberReq, "adds the stranger", (cast, role) => ChangeMember(cast, role, GroupModifyType.Add, Role.Stranger),
            [Silence, Answered, Answered, Refused, Refused], ChangesGroup: true),
        new(Command.GroupChangeMemberReq, "adds who was removed", (cast, role) => ChangeMember(cast, role, GroupModifyType.Add, Role.Removed),
            [Silence, Answered, Answered, Refused, Refused], ChangesGroup: true),
        new(Command.GroupChangeMemberReq, "removes the member", (cast, role) => ChangeMember(cast, role, GroupModifyType.Delete, Role.Member),
            [Silence, Answered, Refused, Refused, Refused], ChangesGroup: true),
        new(Command.GroupChangeMemberReq, "removes the owner", (cast, role) => ChangeMember(cast, role, GroupModifyType.Delete, Role.Owner),
            [Silence, Answered, Refused, Refused, Refused], ChangesGroup: true),
        new(Command.GroupShieldReq, "", (cast, role) => new IMGroupShieldReq { UserId = cast.Other(role), GroupId = cast.Group, ShieldStatus = 1 },
            [Silence, Answered, Answered, Refused, Refused]),

        new(Command.P2PCmdMsg, "", (cast, role) => new IMP2PCmdMsg
            {
                FromUserId = cast.Other(role), ToUserId = cast.Other(role), CmdMsgData = "{}",
            },
            [Silence, Silence, Silence, Silence, Silence]),
        new(Command.Heartbeat, "", (_, _) => null, [Answered, Answered, Answered, Answered, Answered]),
    ];

    private static IMMsgData Message(uint claimed, uint to, MsgType type) => new()
    {
        FromUserId = claimed, ToSessionId = to, MsgId = 5, CreateTime = 1, MsgType = type, MsgData = ByteString.CopyFromUtf8("text"),
    };

    private static IMRemoveSessionReq RemoveSession(Cast cast, Role role) => new()
    {
        UserId = cast.Other(role), SessionType = SessionType.Group, SessionId = cast.Group,
    };

    private static IMGroupChangeMemberReq ChangeMember(Cast cast, Role role, GroupModifyType change, Role whom) => new()
    {
        UserId = cast.Other(role), ChangeType = change, GroupId = cast.Group, MemberIdList = { cast.IdOf(whom) },
    };
}
