namespace BrokerIm.Contracts.Wire;

/// <summary>Every command id of the protocol (chapter 08 section 1), named after the message it carries.</summary>
/// <remarks>The high byte is the service number, the low byte an index within it (chapter 01 section 2.2).</remarks>
public static class Command
{
    // Service 1, login: chapter 02.

    /// <summary><see cref="IMMsgServReq"/>, client to discovery.</summary>
    public const ushort MsgServReq = 0x0101;

    /// <summary><see cref="IMMsgServRsp"/>, discovery to client.</summary>
    public const ushort MsgServRsp = 0x0102;

    /// <summary><see cref="IMLoginReq"/>, client to server.</summary>
    public const ushort LoginReq = 0x0103;

    /// <summary><see cref="IMLoginRes"/>, server to client.</summary>
    public const ushort LoginRes = 0x0104;

    /// <summary><see cref="IMLogoutReq"/>, client to server.</summary>
    public const ushort LogoutReq = 0x0105;

    /// <summary><see cref="IMLogoutRsp"/>, server to client.</summary>
    public const ushort LogoutRsp = 0x0106;

    /// <summary><see cref="IMKickUser"/>, server to client.</summary>
    public const ushort KickUser = 0x0107;

    /// <summary><see cref="IMDeviceTokenReq"/>, client to server.</summary>
    public const ushort DeviceTokenReq = 0x0108;

    /// <summary><see cref="IMDeviceTokenRsp"/>, server to client.</summary>
    public const ushort DeviceTokenRsp = 0x0109;

    /// <summary><see cref="IMKickPCClientReq"/>, client to server.</summary>
    public const ushort KickPCClientReq = 0x010A;

    /// <summary><see cref="IMKickPCClientRsp"/>, server to client.</summary>
    public const ushort KickPCClientRsp = 0x010B;

    /// <summary><see cref="IMPushShieldReq"/>, client to server.</summary>
    public const ushort PushShieldReq = 0x010C;

    /// <summary><see cref="IMPushShieldRsp"/>, server to client.</summary>
    public const ushort PushShieldRsp = 0x010D;

    /// <summary><see cref="IMQueryPushShieldReq"/>, client to server.</summary>
    public const ushort QueryPushShieldReq = 0x010E;

    /// <summary><see cref="IMQueryPushShieldRsp"/>, server to client.</summary>
    public const ushort QueryPushShieldRsp = 0x010F;

    // Service 2, contacts and sessions: chapters 02, 03 and 04.

    /// <summary><see cref="IMRecentContactSessionReq"/>, client to server.</summary>
    public const ushort RecentContactSessionReq = 0x0201;

    /// <summary><see cref="IMRecentContactSessionRsp"/>, server to client.</summary>
    public const ushort RecentContactSessionRsp = 0x0202;

    /// <summary><see cref="IMUserStatNotify"/>, server to clients of PC class.</summary>
    public const ushort UserStatNotify = 0x0203;

    /// <summary><see cref="IMUsersInfoReq"/>, client to server.</summary>
    public const ushort UsersInfoReq = 0x0204;

    /// <summary><see cref="IMUsersInfoRsp"/>, server to client.</summary>
    public const ushort UsersInfoRsp = 0x0205;

    /// <summary><see cref="IMRemoveSessionReq"/>, client to server.</summary>
    public const ushort RemoveSessionReq = 0x0206;

    /// <summary><see cref="IMRemoveSessionRsp"/>, server to client.</summary>
    public const ushort RemoveSessionRsp = 0x0207;

    /// <summary><see cref="IMAllUserReq"/>, client to server.</summary>
    public const ushort AllUserReq = 0x0208;

    /// <summary><see cref="IMAllUserRsp"/>, server to client.</summary>
    public const ushort AllUserRsp = 0x0209;

    /// <summary><see cref="IMUsersStatReq"/>, client to server.</summary>
    public const ushort UsersStatReq = 0x020A;

    /// <summary><see cref="IMUsersStatRsp"/>, server to client.</summary>
    public const ushort UsersStatRsp = 0x020B;

    /// <summary><see cref="IMChangeAvatarReq"/>, client to server.</summary>
    public const ushort ChangeAvatarReq = 0x020C;

    /// <summary><see cref="IMChangeAvatarRsp"/>, server to client.</summary>
    public const ushort ChangeAvatarRsp = 0x020D;

    /// <summary><see cref="IMPCLoginStatusNotify"/>, server to clients of mobile class.</summary>
    public const ushort PCLoginStatusNotify = 0x020E;

    /// <summary><see cref="IMRemoveSessionNotify"/>, server to client.</summary>
    public const ushort RemoveSessionNotify = 0x020F;

    /// <summary><see cref="IMDepartmentReq"/>, client to server.</summary>
    public const ushort DepartmentReq = 0x0210;

    /// <summary><see cref="IMDepartmentRsp"/>, server to client.</summary>
    public const ushort DepartmentRsp = 0x0211;

    /// <summary><see cref="IMAvatarChangedNotify"/>, server to client.</summary>
    public const ushort AvatarChangedNotify = 0x0212;

    /// <summary><see cref="IMChangeSignInfoReq"/>, client to server.</summary>
    public const ushort ChangeSignInfoReq = 0x0213;

    /// <summary><see cref="IMChangeSignInfoRsp"/>, server to client.</summary>
    public const ushort ChangeSignInfoRsp = 0x0214;

    /// <summary><see cref="IMSignInfoChangedNotify"/>, server to client.</summary>
    public const ushort SignInfoChangedNotify = 0x0215;

    // Service 3, messages: chapter 03.

    /// <summary><see cref="IMMsgData"/>, both ways.</summary>
    public const ushort MsgData = 0x0301;

    /// <summary><see cref="IMMsgDataAck"/>, server to client (stored), client to server (received).</summary>
    public const ushort MsgDataAck = 0x0302;

    /// <summary><see cref="IMMsgDataReadAck"/>, client to server.</summary>
    public const ushort MsgDataReadAck = 0x0303;

    /// <summary><see cref="IMMsgDataReadNotify"/>, server to client.</summary>
    public const ushort MsgDataReadNotify = 0x0304;

    /// <summary><see cref="IMClientTimeReq"/>, client to server.</summary>
    public const ushort ClientTimeReq = 0x0305;

    /// <summary><see cref="IMClientTimeRsp"/>, server to client.</summary>
    public const ushort ClientTimeRsp = 0x0306;

    /// <summary><see cref="IMUnreadMsgCntReq"/>, client to server.</summary>
    public const ushort UnreadMsgCntReq = 0x0307;

    /// <summary><see cref="IMUnreadMsgCntRsp"/>, server to client.</summary>
    public const ushort UnreadMsgCntRsp = 0x0308;

    /// <summary><see cref="IMGetMsgListReq"/>, client to server.</summary>
    public const ushort GetMsgListReq = 0x0309;

    /// <summary><see cref="IMGetMsgListRsp"/>, server to client.</summary>
    public const ushort GetMsgListRsp = 0x030A;

    /// <summary><see cref="IMGetLatestMsgIdReq"/>, client to server.</summary>
    public const ushort GetLatestMsgIdReq = 0x030B;

    /// <summary><see cref="IMGetLatestMsgIdRsp"/>, server to client.</summary>
    public const ushort GetLatestMsgIdRsp = 0x030C;

    /// <summary><see cref="IMGetMsgByIdReq"/>, client to server.</summary>
    public const ushort GetMsgByIdReq = 0x030D;

    /// <summary><see cref="IMGetMsgByIdRsp"/>, server to client.</summary>
    public const ushort GetMsgByIdRsp = 0x030E;

    // Service 4, groups: chapter 05.

    /// <summary><see cref="IMNormalGroupListReq"/>, client to server.</summary>
    public const ushort NormalGroupListReq = 0x0401;

    /// <summary><see cref="IMNormalGroupListRsp"/>, server to client.</summary>
    public const ushort NormalGroupListRsp = 0x0402;

    /// <summary><see cref="IMGroupInfoListReq"/>, client to server.</summary>
    public const ushort GroupInfoListReq = 0x0403;

    /// <summary><see cref="IMGroupInfoListRsp"/>, server to client.</summary>
    public const ushort GroupInfoListRsp = 0x0404;

    /// <summary><see cref="IMGroupCreateReq"/>, client to server.</summary>
    public const ushort GroupCreateReq = 0x0405;

    /// <summary><see cref="IMGroupCreateRsp"/>, server to client.</summary>
    public const ushort GroupCreateRsp = 0x0406;

    /// <summary><see cref="IMGroupChangeMemberReq"/>, client to server.</summary>
    public const ushort GroupChangeMemberReq = 0x0407;

    /// <summary><see cref="IMGroupChangeMemberRsp"/>, server to client.</summary>
    public const ushort GroupChangeMemberRsp = 0x0408;

    /// <summary><see cref="IMGroupShieldReq"/>, client to server.</summary>
    public const ushort GroupShieldReq = 0x0409;

    /// <summary><see cref="IMGroupShieldRsp"/>, server to client.</summary>
    public const ushort GroupShieldRsp = 0x040A;

    /// <summary><see cref="IMGroupChangeMemberNotify"/>, server to client.</summary>
    public const ushort GroupChangeMemberNotify = 0x040B;

    // Service 5, files: chapter 06 part A.

    /// <summary><see cref="IMFileLoginReq"/>, client to file server.</summary>
    public const ushort FileLoginReq = 0x0501;

    /// <summary><see cref="IMFileLoginRsp"/>, file server to client.</summary>
    public const ushort FileLoginRsp = 0x0502;

    /// <summary><see cref="IMFileState"/>, both ways.</summary>
    public const ushort FileState = 0x0503;

    /// <summary><see cref="IMFilePullDataReq"/>, both ways.</summary>
    public const ushort FilePullDataReq = 0x0504;

    /// <summary><see cref="IMFilePullDataRsp"/>, both ways.</summary>
    public const ushort FilePullDataRsp = 0x0505;

    /// <summary><see cref="IMFileReq"/>, client to server.</summary>
    public const ushort FileReq = 0x0506;

    /// <summary><see cref="IMFileRsp"/>, server to client.</summary>
    public const ushort FileRsp = 0x0507;

    /// <summary><see cref="IMFileNotify"/>, server to clients of PC class.</summary>
    public const ushort FileNotify = 0x0508;

    /// <summary><see cref="IMFileHasOfflineReq"/>, client to server.</summary>
    public const ushort FileHasOfflineReq = 0x0509;

    /// <summary><see cref="IMFileHasOfflineRsp"/>, server to client.</summary>
    public const ushort FileHasOfflineRsp = 0x050A;

    /// <summary><see cref="IMFileAddOfflineReq"/>, client to server.</summary>
    public const ushort FileAddOfflineReq = 0x050B;

    /// <summary><see cref="IMFileDelOfflineReq"/>, client to server.</summary>
    public const ushort FileDelOfflineReq = 0x050C;

    // Service 6, switch: chapter 02 section 9.

    /// <summary><see cref="IMP2PCmdMsg"/>, both ways.</summary>
    public const ushort P2PCmdMsg = 0x0601;

    // Service 7, other: chapter 08.

    /// <summary><see cref="IMHeartBeat"/>, both ways.</summary>
    public const ushort Heartbeat = 0x0701;

    /// <summary><see cref="IMStopReceivePacket"/>, between the servers of the original.</summary>
    public const ushort StopReceivePacket = 0x0702;

    /// <summary><see cref="IMValidateReq"/>, between the servers of the original.</summary>
    public const ushort ValidateReq = 0x0703;

    /// <summary><see cref="IMValidateRsp"/>, between the servers of the original.</summary>
    public const ushort ValidateRsp = 0x0704;

    /// <summary><see cref="IMGetDeviceTokenReq"/>, between the servers of the original.</summary>
    public const ushort GetDeviceTokenReq = 0x0705;

    /// <summary><see cref="IMGetDeviceTokenRsp"/>, between the servers of the original.</summary>
    public const ushort GetDeviceTokenRsp = 0x0706;

    /// <summary><see cref="IMRoleSet"/>, between the servers of the original.</summary>
    public const ushort RoleSet = 0x0707;

    /// <summary><see cref="IMOnlineUserInfo"/>, between the servers of the original.</summary>
    public const ushort OnlineUserInfo = 0x0708;

    /// <summary><see cref="IMMsgServInfo"/>, between the servers of the original.</summary>
    public const ushort MsgServInfo = 0x0709;

    /// <summary><see cref="IMUserStatusUpdate"/>, between the servers of the original.</summary>
    public const ushort UserStatusUpdate = 0x070A;

    /// <summary><see cref="IMUserCntUpdate"/>, between the servers of the original.</summary>
    public const ushort UserCntUpdate = 0x070B;

    /// <summary><see cref="IMServerKickUser"/>, between the servers of the original.</summary>
    public const ushort ServerKickUser = 0x070D;

    /// <summary><see cref="IMServerPCLoginStatusNotify"/>, between the servers of the original.</summary>
    public const ushort ServerPCLoginStatusNotify = 0x070E;

    /// <summary><see cref="IMPushToUserReq"/>, between the servers of the original.</summary>
    public const ushort PushToUserReq = 0x070F;

    /// <summary><see cref="IMPushToUserRsp"/>, between the servers of the original.</summary>
    public const ushort PushToUserRsp = 0x0710;

    /// <summary><see cref="IMGroupGetShieldReq"/>, between the servers of the original.</summary>
    public const ushort GroupGetShieldReq = 0x0711;

    /// <summary><see cref="IMGroupGetShieldRsp"/>, between the servers of the original.</summary>
    public const ushort GroupGetShieldRsp = 0x0712;

    /// <summary><see cref="IMFileTransferReq"/>, between the servers of the original.</summary>
    public const ushort FileTransferReq = 0x0731;

    /// <summary><see cref="IMFileTransferRsp"/>, between the servers of the original.</summary>
    public const ushort FileTransferRsp = 0x0732;

    /// <summary><see cref="IMFileServerIPReq"/>, between the servers of the original.</summary>
    public const ushort FileServerIPReq = 0x0733;

    /// <summary><see cref="IMFileServerIPRsp"/>, between the servers of the original.</summary>
    public const ushort FileServerIPRsp = 0x0734;

    /// <summary>Call report of iOS, client to server; its fields are not known for certain and nobody answers it.</summary>
    public const ushort CallReport = 0x0735;

    /// <summary>Service number that goes into the header beside <paramref name="command"/>: its high byte.</summary>
    public static ushort ServiceOf(ushort command) => (ushort)(command >> 8);
}
