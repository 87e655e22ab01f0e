using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Client;

/// <summary>Groups, as an application sees them.</summary>
public sealed class ImClientGroupTests
{
    private const uint Bob = 1002;
    private const uint Carol = 1003;
    private const uint Friends = 501;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Text_goes_to_a_group_once_and_comes_from_it_with_its_sender()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.StoreAndCut);
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        await server.Logins.NextAsync();
        var sent = await client.SendTextAsync(Peer.Group(Friends), "hello all", Stop).Soon();
        Assert.Equal((1u, SendStatus.Duplicate), (sent.MessageId, sent.Status));
        Assert.Equal(MsgType.GroupText, Assert.Single(server.Stored(Peer.Group(Friends))).MsgType);

        (await server.Logins.NextAsync()).Push(server.KeepInGroup(Friends, Bob, "hello Alice"));
        var message = (await client.NextAsync<MessageReceived>()).Message;
        Assert.Equal((Peer.Group(Friends), 2u, Bob, "hello Alice"), (message.Peer, message.Id, message.From, message.Text));
    }

    [Fact]
    public async Task User_and_group_of_the_same_number_are_two_conversations()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        (await server.Logins.NextAsync()).Push(server.Keep(Bob, "from Bob"), server.KeepInGroup(Bob, Carol, "in the group"));
        Assert.Equal(["from Bob", "in the group"], (await client.NextTextsAsync(2)).Order());
        Assert.Equal("in the group", Assert.Single(await client.GetHistoryAsync(Peer.Group(Bob), 0, 10, Stop).Soon()).Text);
    }

    [Fact]
    public async Task Missing_pushes_and_messages_missed_while_offline_come_from_the_history_of_the_group()
    {
        await using var server = new ScriptedServer();
        server.KeepInGroup(Friends, Bob, "old");
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        server.KeepInGroup(Friends, Bob, "one");
        connection.Push(server.KeepInGroup(Friends, Carol, "two"));
        Assert.Equal(["one", "two"], await client.NextTextsAsync(2));

        server.KeepInGroup(Friends, Carol, "three");
        connection.Cut();
        Assert.Equal(["three"], await client.NextTextsAsync(1));
    }

    [Fact]
    public async Task First_message_after_joining_a_group_does_not_wait_for_what_was_before()
    {
        await using var server = new ScriptedServer();
        for (var number = 1; number <= 40; number++)
            server.KeepInGroup(Friends, Bob, $"before {number}", timeMs: server.NowMs + 60_000);
        server.Hide(Friends, upTo: 1_000);
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();

        for (var number = 41; number <= 1_000; number++)
            server.KeepInGroup(Friends, Bob, $"before {number}", timeMs: server.NowMs + 60_000);
        server.KeepInGroup(Friends, Bob, "first, and its push is lost");
        connection.Push(server.KeepInGroup(Friends, Bob, "second"));
        Assert.Equal(["first, and its push is lost", "second"], await client.NextTextsAsync(2));
        Assert.InRange(server.HistoryRequests, 1, 12);
    }

    [Fact]
    public async Task Read_marks_and_the_end_of_a_conversation_name_the_group()
    {
        await using var server = new ScriptedServer { Unread = 2 };
        server.KeepInGroup(Friends, Bob, "one");
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        var unread = Assert.Single(await client.GetUnreadAsync(Stop).Soon());
        Assert.Equal((Friends, SessionType.Group), (unread.SessionId, unread.SessionType));
        var recent = Assert.Single(await client.GetRecentSessionsAsync(default, Stop).Soon());
        Assert.Equal((Friends, SessionType.Group), (recent.SessionId, recent.SessionType));

        await client.MarkReadAsync(Peer.Group(Friends), 1);
        var mark = (await server.Others.NextAsync()).Parse(IMMsgDataReadAck.Parser);
        Assert.Equal((Friends, SessionType.Group, 1u), (mark.SessionId, mark.SessionType, mark.MsgId));

        foreach (var result in new[] { 0u, 1u })
        {
            var removing = client.RemoveSessionAsync(Peer.Group(Friends), Stop);
            var frame = await server.Others.NextAsync();
            var request = frame.Parse(IMRemoveSessionReq.Parser);
            Assert.Equal((Friends, SessionType.Group), (request.SessionId, request.SessionType));
            connection.Send(Command.RemoveSessionRsp, frame.Header.Sequence, new IMRemoveSessionRsp
            {
                UserId = ScriptedServer.Self, ResultCode = result, SessionType = SessionType.Group, SessionId = Friends,
            });
            if (result == 0)
                await removing.Soon();
            else
                Assert.Equal(1u, (await Assert.ThrowsAsync<RequestRefusedException>(() => removing.Soon())).Result);
        }
    }

    [Fact]
    public async Task Group_is_made_with_the_user_himself_in_it()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var making = client.CreateGroupAsync("friends", [Bob, Carol, Bob], "", Stop);
        var request = await server.AnswerAsync(Command.GroupCreateReq, IMGroupCreateReq.Parser, Command.GroupCreateRsp, _ =>
            new IMGroupCreateRsp
            {
                UserId = ScriptedServer.Self, ResultCode = 0, GroupId = Friends, GroupName = "friends", UserIdList = { 1001, Bob, Carol },
            });
        Assert.Equal((GroupType.Temporary, "friends", ""), (request.GroupType, request.GroupName, request.GroupAvatar));
        Assert.Equal([ScriptedServer.Self, Bob, Carol], request.MemberIdList);
        Assert.Equal((Friends, 3), (await making.Soon()) switch { var made => (made.Group, made.Members.Count) });
    }

    [Fact]
    public async Task Group_is_not_made_twice_when_the_connection_breaks()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        var making = client.CreateGroupAsync("friends", [Bob], "", Stop);
        await server.Others.NextAsync();
        connection.Cut();
        await Assert.ThrowsAsync<ImConnectionException>(() => making.Soon());

        await client.NextAsync<Reconnected>();
        await client.SendTextAsync(Bob, "behind whatever was asked again", Stop).Soon();
        Assert.False(server.Others.TryRead(out _));
    }

    [Fact]
    public async Task Members_are_added_and_removed_and_refusals_are_told()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        IMGroupChangeMemberRsp Reply(IMGroupChangeMemberReq request, uint result) => new()
        {
            UserId = ScriptedServer.Self, ChangeType = request.ChangeType, ResultCode = result, GroupId = request.GroupId,
            CurUserIdList = { ScriptedServer.Self, Bob }, ChgUserIdList = { request.MemberIdList },
        };
        Task<IMGroupChangeMemberReq> AnswerChangeAsync(uint result) => server.AnswerAsync(
            Command.GroupChangeMemberReq, IMGroupChangeMemberReq.Parser, Command.GroupChangeMemberRsp,
            request => Reply(request, result));

        var adding = client.AddMembersAsync(Friends, [Bob], Stop);
        Assert.Equal(GroupModifyType.Add, (await AnswerChangeAsync(0)).ChangeType);
        Assert.Equal([ScriptedServer.Self, Bob], (await adding.Soon()).Members);

        var removing = client.RemoveMembersAsync(Friends, [Carol], Stop);
        Assert.Equal(GroupModifyType.Delete, (await AnswerChangeAsync(0)).ChangeType);
        Assert.Equal([Carol], (await removing.Soon()).Changed);

        var refused = client.AddMembersAsync(Friends, [Bob], Stop);
        await AnswerChangeAsync(1);
        await Assert.ThrowsAsync<RequestRefusedException>(() => refused.Soon());

        var shielding = client.ShieldGroupAsync(Friends, isOn: true, Stop);
        var shield = await server.AnswerAsync(Command.GroupShieldReq, IMGroupShieldReq.Parser, Command.GroupShieldRsp, request =>
            new IMGroupShieldRsp { UserId = ScriptedServer.Self, GroupId = request.GroupId, ResultCode = 1 });
        Assert.Equal((Friends, 1u), (shield.GroupId, shield.ShieldStatus));
        await Assert.ThrowsAsync<RequestRefusedException>(() => shielding.Soon());
    }

    [Fact]
    public async Task Groups_that_do_not_fit_into_one_answer_are_asked_for_again()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var listing = client.GetGroupsAsync(Stop);
        await server.AnswerAsync(Command.NormalGroupListReq, IMNormalGroupListReq.Parser, Command.NormalGroupListRsp, _ =>
            new IMNormalGroupListRsp
            {
                UserId = ScriptedServer.Self,
                GroupVersionList = { new GroupVersionInfo { GroupId = 1, Version = 4 }, new GroupVersionInfo { GroupId = 2, Version = 9 } },
            });
        var versions = await listing.Soon();
        Assert.Equal([(1u, 4u), (2u, 9u)], versions.Select(group => (group.GroupId, group.Version)));

        var asking = client.GetGroupInfoAsync([.. versions, new() { GroupId = 3, Version = 0 }], Stop);
        foreach (var answered in new uint[] { 2, 1, 0 })
        {
            await server.AnswerAsync(Command.GroupInfoListReq, IMGroupInfoListReq.Parser, Command.GroupInfoListRsp, request =>
            {
                Assert.Equal((int)answered + 1, request.GroupVersionList.Count);
                var reply = new IMGroupInfoListRsp { UserId = ScriptedServer.Self };
                if (answered > 0)
                    reply.GroupInfoList.Add(Info(answered));
                return reply;
            });
        }

        Assert.Equal([2u, 1u], (await asking.Soon()).Select(info => info.GroupId));
    }

    [Fact]
    public async Task Changes_of_members_arrive_with_who_came_and_went()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        connection.Send(Command.GroupChangeMemberNotify, 0, new IMGroupChangeMemberNotify
        {
            UserId = Bob, ChangeType = GroupModifyType.Add, GroupId = Friends,
            CurUserIdList = { ScriptedServer.Self, Bob }, ChgUserIdList = { ScriptedServer.Self },
        });
        var joined = await client.NextAsync<GroupMembersChanged>();
        Assert.Equal((Friends, Bob), (joined.Group, joined.By));
        Assert.Equal([ScriptedServer.Self], joined.Added);
        Assert.Empty(joined.Removed);
        Assert.Equal([ScriptedServer.Self, Bob], joined.Members);
    }

    private static GroupInfo Info(uint group) => new()
    {
        GroupId = group, Version = 9, GroupName = $"group {group}", GroupAvatar = "", GroupCreatorId = Bob,
        GroupType = GroupType.Normal, ShieldStatus = 0,
    };
}
