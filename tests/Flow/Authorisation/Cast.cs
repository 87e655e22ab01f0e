using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Authorisation;

/// <summary>
/// A group of four users who are in nobody else's way: its owner, a member, one who was removed, and a stranger. Two messages are
/// in it, the first of the one who was removed.
/// </summary>
internal sealed class Cast : IDisposable
{
    private static int s_casts;

    private readonly EmbeddedServer _server;
    private readonly string _suffix;
    private readonly Dictionary<Role, uint> _ids = [];
    private WireClient _owner = null!;

    private Cast(EmbeddedServer server, string suffix) => (_server, _suffix) = (server, suffix);

    public uint Owner => _ids[Role.Owner];

    public uint Group { get; private set; }

    /// <summary>The owner's phone.</summary>
    public WireClient OwnersPhone => _owner;

    public static async Task<Cast> GatherAsync(EmbeddedServer server)
    {
        var cast = new Cast(server, $"{Interlocked.Increment(ref s_casts)}");
        Role[] roles = [Role.Owner, Role.Member, Role.Stranger, Role.Removed];
        var ids = await server.AddUsersAsync([.. roles.Select(cast.NameOf)]);
        for (var i = 0; i < roles.Length; i++)
            cast._ids.Add(roles[i], ids[i]);

        cast._owner = await server.LoginAsync(cast.NameOf(Role.Owner), ClientType.Android);
        await cast.MakeGroupAsync();
        return cast;
    }

    public string NameOf(Role role) => $"{role}-{_suffix}";

    public uint IdOf(Role role) => _ids[role];

    /// <summary>Whom a command of this role may pretend to be, and is sent to: the owner, and the member in the owner's case.</summary>
    public uint Other(Role role) => role == Role.Owner ? IdOf(Role.Member) : Owner;

    /// <summary>The connection of who acts.</summary>
    public async Task<WireClient> ConnectAsync(Role role) => role switch
    {
        Role.BeforeLogin => await WireClient.ConnectAsync(_server.Port),
        Role.Owner => _owner,
        _ => await _server.LoginAsync(NameOf(role), ClientType.Android),
    };

    /// <summary>All that the owner knows of the group, of himself, and of his conversations.</summary>
    public async Task<string> OwnersViewAsync()
    {
        IMessage[] view =
        [
            await _owner.AskAsync(
                Command.GroupInfoListReq,
                new IMGroupInfoListReq { UserId = 0, GroupVersionList = { new GroupVersionInfo { GroupId = Group, Version = 0 } } },
                Command.GroupInfoListRsp,
                IMGroupInfoListRsp.Parser),
            await _owner.AskAsync(
                Command.GetMsgListReq,
                new IMGetMsgListReq { UserId = 0, SessionType = SessionType.Group, SessionId = Group, MsgIdBegin = 0, MsgCnt = 100 },
                Command.GetMsgListRsp,
                IMGetMsgListRsp.Parser),
            await _owner.AskAsync(
                Command.UnreadMsgCntReq, new IMUnreadMsgCntReq { UserId = 0 }, Command.UnreadMsgCntRsp, IMUnreadMsgCntRsp.Parser),
            await _owner.AskAsync(
                Command.RecentContactSessionReq,
                new IMRecentContactSessionReq { UserId = 0, LatestUpdateTime = 0 },
                Command.RecentContactSessionRsp,
                IMRecentContactSessionRsp.Parser),
            await _owner.AskAsync(
                Command.UsersInfoReq, new IMUsersInfoReq { UserId = 0, UserIdList = { Owner } }, Command.UsersInfoRsp, IMUsersInfoRsp.Parser),
            await _owner.AskAsync(
                Command.QueryPushShieldReq, new IMQueryPushShieldReq { UserId = 0 }, Command.QueryPushShieldRsp, IMQueryPushShieldRsp.Parser),
        ];
        return string.Join('\n', view.Select(static one => one.ToString()));
    }

    public void Dispose() => _owner.Dispose();

    private async Task MakeGroupAsync()
    {
        Group = (await _owner.AskAsync(
            Command.GroupCreateReq,
            new IMGroupCreateReq
            {
                UserId = 0, GroupType = GroupType.Temporary, GroupName = "cast", GroupAvatar = "",
                MemberIdList = { Owner, IdOf(Role.Member), IdOf(Role.Removed) },
            },
            Command.GroupCreateRsp,
            IMGroupCreateRsp.Parser)).GroupId;

        // Who has written a moment ago counts as a member at the gateway still, so the log has to refuse him.
        using var removed = await _server.LoginAsync(NameOf(Role.Removed), ClientType.Android);
        await WriteAsync(removed);
        await _owner.AskAsync(
            Command.GroupChangeMemberReq,
            new IMGroupChangeMemberReq
            {
                UserId = 0, ChangeType = GroupModifyType.Delete, GroupId = Group, MemberIdList = { IdOf(Role.Removed) },
            },
            Command.GroupChangeMemberRsp,
            IMGroupChangeMemberRsp.Parser);
        await WriteAsync(_owner);
    }

    private Task<IMMsgDataAck> WriteAsync(WireClient client) => client.AskAsync(
        Command.MsgData,
        new IMMsgData
        {
            FromUserId = 0, ToSessionId = Group, MsgId = 0, CreateTime = 0, MsgType = MsgType.GroupText,
            MsgData = ByteString.CopyFromUtf8("hello"),
        },
        Command.MsgDataAck,
        IMMsgDataAck.Parser);
}
