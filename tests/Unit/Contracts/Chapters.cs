namespace BrokerIm.Tests.Unit.Contracts;

/// <summary>The field tables of protocol chapters 02 to 08, transcribed by a path that never touches the .proto file.</summary>
/// <remarks>
/// The chapters' notation: number, name, type, then R(equired), O(ptional) or rep(eated); "+20" is the optional attach_data.
/// Fields above 20 are our own additions. A line that starts with a number belongs to the message above it.
/// </remarks>
internal static class Chapters
{
    private const string MessageTable = """
        ------ IpAddr: 1 ip str R; 2 port u32 R
        ------ UserInfo: 1 user_id u32 R; 2 user_gender u32 R; 3 user_nick_name str R; 4 avatar_url str R;
            5 department_id u32 R; 6 email str R; 7 user_real_name str R; 8 user_tel str R; 9 user_domain str R;
            10 status u32 R; 11 sign_info str O
        ------ ContactSessionInfo: 1 session_id u32 R; 2 session_type SessionType R;
            3 session_status SessionStatusType R; 4 updated_time u32 R; 5 latest_msg_id u32 R; 6 latest_msg_data bytes R;
            7 latest_msg_type MsgType R; 8 latest_msg_from_user_id u32 R
        ------ UserStat: 1 user_id u32 R; 2 status UserStatType R
        ------ ServerUserStat: 1 user_id u32 R; 2 status UserStatType R; 3 client_type ClientType R
        ------ UnreadInfo: 1 session_id u32 R; 2 session_type SessionType R; 3 unread_cnt u32 R; 4 latest_msg_id u32 R;
            5 latest_msg_data bytes R; 6 latest_msg_type MsgType R; 7 latest_msg_from_user_id u32 R
        ------ MsgInfo: 1 msg_id u32 R; 2 from_session_id u32 R; 3 create_time u32 R; 4 msg_type MsgType R;
            5 msg_data bytes R
        ------ GroupVersionInfo: 1 group_id u32 R; 2 version u32 R
        ------ GroupInfo: 1 group_id u32 R; 2 version u32 R; 3 group_name str R; 4 group_avatar str R;
            5 group_creator_id u32 R; 6 group_type GroupType R; 7 shield_status u32 R; 8 group_member_list u32 rep
        ------ UserTokenInfo: 1 user_id u32 R; 2 user_type ClientType R; 3 token str R; 4 push_count u32 R;
            5 push_type u32 R
        ------ PushResult: 1 user_token str R; 2 result_code u32 R
        ------ ShieldStatus: 1 user_id u32 R; 2 group_id u32 R; 3 shield_status u32 R
        ------ OfflineFileInfo: 1 from_user_id u32 R; 2 task_id str R; 3 file_name str R; 4 file_size u32 R
        ------ DepartInfo: 1 dept_id u32 R; 2 priority u32 R; 3 dept_name str R; 4 parent_dept_id u32 R;
            5 dept_status DepartmentStatusType R
        ------ PushShieldStatus: 1 user_id u32 R; 2 shield_status u32 R

        0x0101 IMMsgServReq:
        0x0102 IMMsgServRsp: 1 result_code ResultType R; 2 prior_ip str O; 3 backip_ip str O; 4 port u32 O
        0x0103 IMLoginReq: 1 user_name str R; 2 password str R; 3 online_status UserStatType R;
            4 client_type ClientType R; 5 client_version str O; 21 device_id bytes O;
            22 resume_token bytes O
        0x0104 IMLoginRes: 1 server_time u32 R; 2 result_code ResultType R; 3 result_string str O;
            4 online_status UserStatType O; 5 user_info UserInfo O; 21 server_time_ms u64 O; 22 resume_token bytes O;
            23 retry_after_ms u32 O
        0x0105 IMLogoutReq:
        0x0106 IMLogoutRsp: 1 result_code u32 R
        0x0107 IMKickUser: 1 user_id u32 R; 2 kick_reason KickReasonType R
        0x0108 IMDeviceTokenReq: 1 user_id u32 R; 2 device_token str R; 3 client_type ClientType O; +20
        0x0109 IMDeviceTokenRsp: 1 user_id u32 R; +20
        0x010A IMKickPCClientReq: 1 user_id u32 R
        0x010B IMKickPCClientRsp: 1 user_id u32 R; 2 result_code u32 R
        0x010C IMPushShieldReq: 1 user_id u32 R; 2 shield_status u32 R; +20
        0x010D IMPushShieldRsp: 1 user_id u32 R; 2 result_code u32 R; 3 shield_status u32 O; +20
        0x010E IMQueryPushShieldReq: 1 user_id u32 R; +20
        0x010F IMQueryPushShieldRsp: 1 user_id u32 R; 2 result_code u32 R; 3 shield_status u32 O; +20

        0x0201 IMRecentContactSessionReq: 1 user_id u32 R; 2 latest_update_time u32 R; +20
        0x0202 IMRecentContactSessionRsp: 1 user_id u32 R; 2 contact_session_list ContactSessionInfo rep; +20
        0x0203 IMUserStatNotify: 1 user_stat UserStat R
        0x0204 IMUsersInfoReq: 1 user_id u32 R; 2 user_id_list u32 rep; +20
        0x0205 IMUsersInfoRsp: 1 user_id u32 R; 2 user_info_list UserInfo rep; +20
        0x0206 IMRemoveSessionReq: 1 user_id u32 R; 2 session_type SessionType R; 3 session_id u32 R; +20
        0x0207 IMRemoveSessionRsp: 1 user_id u32 R; 2 result_code u32 R; 3 session_type SessionType R;
            4 session_id u32 R; +20
        0x0208 IMAllUserReq: 1 user_id u32 R; 2 latest_update_time u32 R; +20
        0x0209 IMAllUserRsp: 1 user_id u32 R; 2 latest_update_time u32 R; 3 user_list UserInfo rep; +20
        0x020A IMUsersStatReq: 1 user_id u32 R; 2 user_id_list u32 rep; +20
        0x020B IMUsersStatRsp: 1 user_id u32 R; 2 user_stat_list UserStat rep; +20
        0x020C IMChangeAvatarReq: 1 user_id u32 R; 2 avatar_url str R; +20
        0x020D IMChangeAvatarRsp: 1 user_id u32 R; 2 result_code u32 R; +20
        0x020E IMPCLoginStatusNotify: 1 user_id u32 R; 2 login_stat UserStatType R
        0x020F IMRemoveSessionNotify: 1 user_id u32 R; 2 session_type SessionType R; 3 session_id u32 R
        0x0210 IMDepartmentReq: 1 user_id u32 R; 2 latest_update_time u32 R; +20
        0x0211 IMDepartmentRsp: 1 user_id u32 R; 2 latest_update_time u32 R; 3 dept_list DepartInfo rep; +20
        0x0212 IMAvatarChangedNotify: 1 changed_user_id u32 R; 2 avatar_url str R
        0x0213 IMChangeSignInfoReq: 1 user_id u32 R; 2 sign_info str R; +20
        0x0214 IMChangeSignInfoRsp: 1 user_id u32 R; 2 result_code u32 R; 3 sign_info str O; +20
        0x0215 IMSignInfoChangedNotify: 1 changed_user_id u32 R; 2 sign_info str R

        0x0301 IMMsgData: 1 from_user_id u32 R; 2 to_session_id u32 R; 3 msg_id u32 R; 4 create_time u32 R;
            5 msg_type MsgType R; 6 msg_data bytes R; +20; 21 client_msg_id bytes O
        0x0302 IMMsgDataAck: 1 user_id u32 R; 2 session_id u32 R; 3 msg_id u32 R; 4 session_type SessionType R;
            21 client_msg_id bytes O; 22 send_status SendStatus O; 23 server_time_ms u64 O;
            24 retry_after_ms u32 O
        0x0303 IMMsgDataReadAck: 1 user_id u32 R; 2 session_id u32 R; 3 msg_id u32 R; 4 session_type SessionType R
        0x0304 IMMsgDataReadNotify: 1 user_id u32 R; 2 session_id u32 R; 3 msg_id u32 R; 4 session_type SessionType R
        0x0305 IMClientTimeReq:
        0x0306 IMClientTimeRsp: 1 server_time u32 R
        0x0307 IMUnreadMsgCntReq: 1 user_id u32 R; +20
        0x0308 IMUnreadMsgCntRsp: 1 user_id u32 R; 2 total_cnt u32 R; 3 unreadinfo_list UnreadInfo rep; +20
        0x0309 IMGetMsgListReq: 1 user_id u32 R; 2 session_type SessionType R; 3 session_id u32 R; 4 msg_id_begin u32 R;
            5 msg_cnt u32 R; +20
        0x030A IMGetMsgListRsp: 1 user_id u32 R; 2 session_type SessionType R; 3 session_id u32 R; 4 msg_id_begin u32 R;
            5 msg_list MsgInfo rep; +20
        0x030B IMGetLatestMsgIdReq: 1 user_id u32 R; 2 session_type SessionType R; 3 session_id u32 R; +20
        0x030C IMGetLatestMsgIdRsp: 1 user_id u32 R; 2 session_type SessionType R; 3 session_id u32 R;
            4 latest_msg_id u32 R; +20
        0x030D IMGetMsgByIdReq: 1 user_id u32 R; 2 session_type SessionType R; 3 session_id u32 R; 4 msg_id_list u32 rep;
            +20
        0x030E IMGetMsgByIdRsp: 1 user_id u32 R; 2 session_type SessionType R; 3 session_id u32 R;
            4 msg_list MsgInfo rep; +20

        0x0401 IMNormalGroupListReq: 1 user_id u32 R; +20
        0x0402 IMNormalGroupListRsp: 1 user_id u32 R; 2 group_version_list GroupVersionInfo rep; +20
        0x0403 IMGroupInfoListReq: 1 user_id u32 R; 2 group_version_list GroupVersionInfo rep; +20
        0x0404 IMGroupInfoListRsp: 1 user_id u32 R; 2 group_info_list GroupInfo rep; +20
        0x0405 IMGroupCreateReq: 1 user_id u32 R; 2 group_type GroupType R; 3 group_name str R; 4 group_avatar str R;
            5 member_id_list u32 rep; +20
        0x0406 IMGroupCreateRsp: 1 user_id u32 R; 2 result_code u32 R; 3 group_id u32 O; 4 group_name str R;
            5 user_id_list u32 rep; +20
        0x0407 IMGroupChangeMemberReq: 1 user_id u32 R; 2 change_type GroupModifyType R; 3 group_id u32 R;
            4 member_id_list u32 rep; +20
        0x0408 IMGroupChangeMemberRsp: 1 user_id u32 R; 2 change_type GroupModifyType R; 3 result_code u32 R;
            4 group_id u32 R; 5 cur_user_id_list u32 rep; 6 chg_user_id_list u32 rep; +20
        0x0409 IMGroupShieldReq: 1 user_id u32 R; 2 group_id u32 R; 3 shield_status u32 R; +20
        0x040A IMGroupShieldRsp: 1 user_id u32 R; 2 group_id u32 R; 3 result_code u32 R; +20
        0x040B IMGroupChangeMemberNotify: 1 user_id u32 R; 2 change_type GroupModifyType R; 3 group_id u32 R;
            4 cur_user_id_list u32 rep; 5 chg_user_id_list u32 rep

        0x0501 IMFileLoginReq: 1 user_id u32 R; 2 task_id str R; 3 file_role ClientFileRole R
        0x0502 IMFileLoginRsp: 1 result_code u32 R; 2 task_id str R
        0x0503 IMFileState: 1 state ClientFileState R; 2 task_id str R; 3 user_id u32 R
        0x0504 IMFilePullDataReq: 1 task_id str R; 2 user_id u32 R; 3 trans_mode TransferFileType R; 4 offset u32 R;
            5 data_size u32 R
        0x0505 IMFilePullDataRsp: 1 result_code u32 R; 2 task_id str R; 3 user_id u32 R; 4 offset u32 R;
            5 file_data bytes R
        0x0506 IMFileReq: 1 from_user_id u32 R; 2 to_user_id u32 R; 3 file_name str R; 4 file_size u32 R;
            5 trans_mode TransferFileType R
        0x0507 IMFileRsp: 1 result_code u32 R; 2 from_user_id u32 R; 3 to_user_id u32 R; 4 file_name str R;
            5 task_id str R; 6 ip_addr_list IpAddr rep; 7 trans_mode TransferFileType R
        0x0508 IMFileNotify: 1 from_user_id u32 R; 2 to_user_id u32 R; 3 file_name str R; 4 file_size u32 R;
            5 task_id str R; 6 ip_addr_list IpAddr rep; 7 trans_mode TransferFileType R; 8 offline_ready u32 R
        0x0509 IMFileHasOfflineReq: 1 user_id u32 R; +20
        0x050A IMFileHasOfflineRsp: 1 user_id u32 R; 2 offline_file_list OfflineFileInfo rep; 3 ip_addr_list IpAddr rep;
            +20
        0x050B IMFileAddOfflineReq: 1 from_user_id u32 R; 2 to_user_id u32 R; 3 task_id str R; 4 file_name str R;
            5 file_size u32 R
        0x050C IMFileDelOfflineReq: 1 from_user_id u32 R; 2 to_user_id u32 R; 3 task_id str R

        0x0601 IMP2PCmdMsg: 1 from_user_id u32 R; 2 to_user_id u32 R; 3 cmd_msg_data str R

        0x0701 IMHeartBeat:
        0x0702 IMStopReceivePacket: 1 result u32 R
        0x0703 IMValidateReq: 1 user_name str R; 2 password str R; +20
        0x0704 IMValidateRsp: 1 user_name str R; 2 result_code u32 R; 3 result_string str O; 4 user_info UserInfo O; +20
        0x0705 IMGetDeviceTokenReq: 1 user_id u32 rep; +20
        0x0706 IMGetDeviceTokenRsp: 1 user_token_info UserTokenInfo rep; +20
        0x0707 IMRoleSet: 1 master u32 R
        0x0708 IMOnlineUserInfo: 1 user_stat_list ServerUserStat rep
        0x0709 IMMsgServInfo: 1 ip1 str R; 2 ip2 str R; 3 port u32 R; 4 max_conn_cnt u32 R; 5 cur_conn_cnt u32 R;
            6 host_name str R
        0x070A IMUserStatusUpdate: 1 user_status u32 R; 2 user_id u32 R; 3 client_type ClientType R
        0x070B IMUserCntUpdate: 1 user_action u32 R; 2 user_id u32 R
        0x070D IMServerKickUser: 1 user_id u32 R; 2 client_type ClientType R; 3 reason u32 R
        0x070E IMServerPCLoginStatusNotify: 1 user_id u32 R; 2 login_status u32 R
        0x070F IMPushToUserReq: 1 flash str R; 2 data str R; 3 user_token_list UserTokenInfo rep
        0x0710 IMPushToUserRsp: 1 push_result_list PushResult rep
        0x0711 IMGroupGetShieldReq: 1 group_id u32 R; 2 user_id u32 rep; +20
        0x0712 IMGroupGetShieldRsp: 1 group_id u32 R; 2 shield_status_list ShieldStatus rep; +20
        0x0731 IMFileTransferReq: 1 from_user_id u32 R; 2 to_user_id u32 R; 3 file_name str R; 4 file_size u32 R;
            5 trans_mode TransferFileType R; +20
        0x0732 IMFileTransferRsp: 1 result_code u32 R; 2 from_user_id u32 R; 3 to_user_id u32 R; 4 file_name str O;
            5 file_size u32 O; 6 task_id str O; 7 trans_mode TransferFileType O; +20
        0x0733 IMFileServerIPReq:
        0x0734 IMFileServerIPRsp: 1 ip_addr_list IpAddr rep
        """;

    // Chapter 08 section 3; the last line is ours.
    private const string EnumTable = """
        ServiceID: 1 2 3 4 5 6 7 8
        ResultType: 0 1 2 3 4 5 6 7
        KickReasonType: 1 2
        OnlineListType: 1
        UserStatType: 1 2 3
        SessionType: 1 2
        MsgType: 1 2 17 18
        ClientType: 1 2 17 18
        GroupType: 1 2
        GroupModifyType: 1 2
        TransferFileType: 1 2
        ClientFileState: 0 1 2 3
        ClientFileRole: 1 2 3 4
        FileServerError: 0 1 2 3 4 5 6 7 8 9 10 11 12
        SessionStatusType: 0 1
        DepartmentStatusType: 0 1
        SendStatus: 0 1 2 3 4 5 6 7
        """;

    /// <summary>Legal values of every enum, in ascending order.</summary>
    public static IReadOnlyDictionary<string, int[]> Enums { get; } = Lines(EnumTable)
        .Select(line => line.Split(": "))
        .ToDictionary(parts => parts[0], parts => parts[1].Split(' ').Select(int.Parse).ToArray());

    /// <summary>Every message and structure by name.</summary>
    public static IReadOnlyDictionary<string, ChapterMessage> Messages { get; } = Entries()
        .Select(ParseMessage)
        .ToDictionary(message => message.Name);

    // A continuation line begins with a space.
    private static string[] Entries() => Lines(MessageTable.Replace("\n    ", " "));

    private static string[] Lines(string table) => table.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static ChapterMessage ParseMessage(string entry)
    {
        var colon = entry.IndexOf(':');
        var (command, name) = (entry[..6], entry[7..colon]);
        var fields = entry[(colon + 1)..].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new(name, command[0] == '-' ? null : Convert.ToUInt16(command, fromBase: 16), [.. fields.Select(ParseField)]);
    }

    private static ChapterField ParseField(string text)
    {
        if (text == "+20")
            return new(20, "attach_data", "bytes", "O");

        var words = text.Split(' ');
        return new(int.Parse(words[0]), words[1], words[2], words[3]);
    }
}

/// <summary>One message of the tables; structures have no command.</summary>
internal sealed record ChapterMessage(string Name, ushort? Command, IReadOnlyList<ChapterField> Fields);

/// <summary>One row: the type is u32, u64, str, bytes, or the name of an enum or structure; the label R, O or rep.</summary>
internal sealed record ChapterField(int Number, string Name, string Type, string Label);
