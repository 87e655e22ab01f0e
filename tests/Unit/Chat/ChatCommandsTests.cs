using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Server.Chat;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Chat;

/// <summary>What can be asked for in a chat besides talking, and what is told there.</summary>
public sealed class ChatCommandsTests
{
    private const uint Self = ScriptedServer.Self;
    private const uint Bob = 1002;
    private const uint Carol = 1003;
    private const uint Club = 501;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_group_is_made_talked_in_changed_and_left_for_another_conversation()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var (screen, running) = await StartAsync(client);

        screen.Type("/group create \"book club\" bob");
        var made = await server.AnswerAsync(
            Command.GroupCreateReq, IMGroupCreateReq.Parser, Command.GroupCreateRsp,
            _ => new IMGroupCreateRsp
            {
                UserId = Self, ResultCode = 0, GroupId = Club, GroupName = "book club", UserIdList = { Self, Bob },
            });
        Assert.Equal("book club", made.GroupName);
        await AnswerInfoAsync(server, Self, Bob);
        Assert.Equal("* Group book club (501), 2 members: Alice, Bob. /help for help.", await screen.Output.NextAsync());

        screen.Type("hello");
        Assert.Equal("#1 Alice: hello", await screen.Output.NextAsync());
        Assert.Single(server.Stored(Peer.Group(Club)));

        screen.Type("/group add carol");
        await AnswerChangeAsync(server, result: 0, Self, Bob, Carol);
        await AnswerInfoAsync(server, Self, Bob, Carol);
        Assert.Equal("* Added Carol; members now: Alice, Bob, Carol.", await screen.Output.NextAsync());
        screen.Type("/group remove carol");
        await AnswerChangeAsync(server, result: 1);
        Assert.StartsWith("! /group remove: The server refused", await screen.Output.NextAsync());

        screen.Type("/who");
        Assert.Equal("* Alice is online", await screen.Output.NextAsync());
        Assert.Equal("* Bob is online “reading”", await screen.Output.NextAsync());
        Assert.Equal("* Carol is online", await screen.Output.NextAsync());

        screen.Type("/join bob");
        Assert.StartsWith("* Chat with Bob", await screen.Output.NextAsync());
        screen.Type("/group add carol");
        Assert.Equal("! No group is open; /join opens one.", await screen.Output.NextAsync());
        screen.Type("/join #Book Club");
        Assert.StartsWith("* Group book club (501), 3 members", await screen.Output.NextAsync());
        Assert.Equal("#1 Alice: hello", await screen.Output.NextAsync());
        await QuitAsync(screen, running);
    }

    [Theory]
    [InlineData("/group create club", "! Usage: /group create NAME USER...")]
    [InlineData("/group create club dave", "! There is no user 'dave', or several have that display name.")]
    [InlineData("/group shield maybe", "! Usage: /group shield on|off")]
    [InlineData("/group", "! No such command: /group. /help lists them.")]
    [InlineData("/", "! No such command: /. /help lists them.")]
    [InlineData("/join", "! Usage: /join NAME")]
    [InlineData("/join dave", "! No other user or group of yours is called 'dave', or several are.")]
    [InlineData("/join alice", "! No other user or group of yours is called 'alice', or several are.")]
    [InlineData("/history 0", "! Usage: /history [N]")]
    [InlineData("/history 1 2", "! Usage: /history [N]")]
    [InlineData("/who else", "! Usage: /who")]
    public async Task What_makes_no_sense_is_said(string line, string complaint)
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var (screen, running) = await StartAsync(client);
        screen.Type(line);
        Assert.Equal(complaint, await screen.Output.NextAsync());
        await QuitAsync(screen, running);
    }

    [Fact]
    public async Task People_and_departments_are_listed_and_a_signature_is_set()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var (screen, running) = await StartAsync(client);

        screen.Type("/users bO");
        Assert.Equal("* Bob (bob, 1002) “reading”", await screen.Output.NextAsync());
        Assert.Equal("* 1 users.", await screen.Output.NextAsync());

        screen.Type("/departments");
        foreach (var until in new uint[] { 7, 7 })
        {
            await server.AnswerAsync(
                Command.DepartmentReq, IMDepartmentReq.Parser, Command.DepartmentRsp,
                request =>
                {
                    var reply = new IMDepartmentRsp { UserId = Self, LatestUpdateTime = until };
                    if (request.LatestUpdateTime == 0)
                        reply.DeptList.Add([Department(3, "Sales"), Department(2, "Empty")]);
                    return reply;
                });
        }

        Assert.Equal("* Empty (2): nobody", await screen.Output.NextAsync());
        Assert.Equal("* Sales (3): Bob, Carol", await screen.Output.NextAsync());

        screen.Type("/sign gone fishing");
        var signed = await server.AnswerAsync(
            Command.ChangeSignInfoReq, IMChangeSignInfoReq.Parser, Command.ChangeSignInfoRsp,
            request => new IMChangeSignInfoRsp { UserId = Self, ResultCode = 0, SignInfo = request.SignInfo });
        Assert.Equal("gone fishing", signed.SignInfo);
        Assert.Equal("* Your signature: “gone fishing”", await screen.Output.NextAsync());
        await QuitAsync(screen, running);
    }

    [Fact]
    public async Task Recent_conversations_are_listed_and_taken_off_the_list()
    {
        await using var server = new ScriptedServer { Unread = 2 };
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var (screen, running) = await StartAsync(client);
        server.Keep(Carol, "hi");
        screen.Type("/recent");
        Assert.Equal("* Carol: 1 messages, 2 unread", await screen.Output.NextAsync());
        screen.Type("/forget carol");
        await server.AnswerAsync(
            Command.RemoveSessionReq, IMRemoveSessionReq.Parser, Command.RemoveSessionRsp,
            request => new IMRemoveSessionRsp
            {
                UserId = Self, ResultCode = 0, SessionType = request.SessionType, SessionId = request.SessionId,
            });
        Assert.Equal("* Carol is off the list.", await screen.Output.NextAsync());
        await QuitAsync(screen, running);
    }

    [Fact]
    public async Task Writing_is_told_to_both_sides()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        var (screen, running) = await StartAsync(client);
        connection.Send(Command.P2PCmdMsg, 0, new IMP2PCmdMsg
        {
            FromUserId = Bob, ToUserId = Self, CmdMsgData = P2PCommand.Writing.ToJson(),
        });
        Assert.Equal("~ Bob", await screen.Output.NextAsync());

        screen.Begin(isTyping: true);
        Assert.Equal(P2PCommand.Writing.ToJson(), (await server.Others.NextAsync()).Parse(IMP2PCmdMsg.Parser).CmdMsgData);
        screen.Begin(isTyping: false);
        Assert.Equal(P2PCommand.StoppedWriting.ToJson(), (await server.Others.NextAsync()).Parse(IMP2PCmdMsg.Parser).CmdMsgData);
        await QuitAsync(screen, running);
    }

    [Fact]
    public async Task Groups_joined_and_left_are_told_by_name()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        var (screen, running) = await StartAsync(client);

        Change(connection, GroupModifyType.Add, [Self, Bob], Self);
        await AnswerInfoAsync(server, Self, Bob);
        Assert.Equal("* Bob added you to book club.", await screen.Output.NextAsync());

        connection.Push(server.KeepInGroup(Club, Bob, "welcome"));
        Assert.Equal("* A message in another chat, with book club.", await screen.Output.NextAsync());

        Change(connection, GroupModifyType.Add, [Self, Bob, Carol], Carol);
        await AnswerInfoAsync(server, Self, Bob, Carol);
        Assert.Equal("* Bob added Carol to book club.", await screen.Output.NextAsync());

        Change(connection, GroupModifyType.Delete, [Bob, Carol], Self);
        await AnswerInfoAsync(server);
        Assert.Equal("* Bob removed you from book club.", await screen.Output.NextAsync());
        await QuitAsync(screen, running);
    }

    [Theory]
    [InlineData("bob", 2u, false)]
    [InlineData("friends", 2u, true)]
    [InlineData("#bob", 3u, true)]
    [InlineData("2", 2u, false)]
    [InlineData("#2", 2u, true)]
    [InlineData("twins", 0u, false)]
    [InlineData("#9", 0u, false)]
    public void Group_is_found_by_name_and_id_behind_the_users(string wanted, uint id, bool isGroup)
    {
        UserInfo[] users = [new() { UserId = 2, UserRealName = "bob", UserNickName = "Robert" }];
        GroupInfo[] groups = [Group(2, "Friends"), Group(3, "Bob"), Group(4, "twins"), Group(5, "Twins")];
        Assert.Equal(id == 0 ? null : new Peer(id, isGroup), PeerFinder.Find(users, groups, wanted));
    }

    private static async Task<(TestScreen Screen, Task<bool> Running)> StartAsync(ImClient client)
    {
        var contacts = new Contacts(client);
        contacts.Add(client.Self);
        contacts.Add(User(Bob, "bob", "Bob", "reading"));
        contacts.Add(User(Carol, "carol", "Carol", ""));
        var screen = new TestScreen();
        var running = new ChatSession(client, contacts, Bob, screen).RunAsync(Stop);
        Assert.StartsWith("* Chat with Bob", await screen.Output.NextAsync());
        return (screen, running);
    }

    private static async Task QuitAsync(TestScreen screen, Task<bool> running)
    {
        screen.Type("/quit");
        Assert.True(await running.Soon());
    }

    private static Task AnswerInfoAsync(ScriptedServer server, params uint[] members) => server.AnswerAsync(
        Command.GroupInfoListReq, IMGroupInfoListReq.Parser, Command.GroupInfoListRsp,
        _ =>
        {
            var info = Group(Club, "book club");
            info.GroupMemberList.Add(members);
            var reply = new IMGroupInfoListRsp { UserId = Self };
            if (members.Length > 0)
                reply.GroupInfoList.Add(info);
            return reply;
        });

    private static Task AnswerChangeAsync(ScriptedServer server, uint result, params uint[] members) => server.AnswerAsync(
        Command.GroupChangeMemberReq, IMGroupChangeMemberReq.Parser, Command.GroupChangeMemberRsp,
        request => new IMGroupChangeMemberRsp
        {
            UserId = Self, ChangeType = request.ChangeType, ResultCode = result, GroupId = request.GroupId,
            CurUserIdList = { members }, ChgUserIdList = { request.MemberIdList },
        });

    private static void Change(ScriptedConnection connection, GroupModifyType type, uint[] members, uint changed) =>
        connection.Send(Command.GroupChangeMemberNotify, 0, new IMGroupChangeMemberNotify
        {
            UserId = Bob, ChangeType = type, GroupId = Club, CurUserIdList = { members }, ChgUserIdList = { changed },
        });

    private static UserInfo User(uint id, string name, string nick, string signature) => new()
    {
        UserId = id, UserRealName = name, UserNickName = nick, SignInfo = signature, DepartmentId = 3,
    };

    private static DepartInfo Department(uint id, string name) => new()
    {
        DeptId = id, Priority = 0, DeptName = name, ParentDeptId = 0, DeptStatus = DepartmentStatusType.Ok,
    };

    private static GroupInfo Group(uint id, string name) => new()
    {
        GroupId = id, Version = 1, GroupName = name, GroupAvatar = "", GroupCreatorId = Self, GroupType = GroupType.Temporary,
        ShieldStatus = 0,
    };
}
