using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Protocol;

/// <summary>Protocol chapter 05, frame by frame, over the whole pipeline.</summary>
public sealed class GroupTests : IAsyncLifetime
{
    private EmbeddedServer _server = null!;
    private uint _alice;
    private uint _bob;
    private uint _carol;
    private uint _dave;

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedServer.StartAsync();
        var ids = await _server.AddUsersAsync("alice", "bob", "carol", "dave");
        (_alice, _bob, _carol, _dave) = (ids[0], ids[1], ids[2], ids[3]);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_group_is_answered_to_its_creator_and_told_to_the_others()
    {
        using var alice = await _server.LoginAsync("alice");
        using var phone = await _server.LoginAsync("alice", ClientType.Android);
        using var bob = await _server.LoginAsync("bob");

        var created = await CreateAsync(alice, "friends", _alice, _bob, _carol, _bob, 999_999);
        Assert.Equal((0u, "friends", _alice), (created.ResultCode, created.GroupName, created.UserId));
        Assert.Equal([_alice, _bob, _carol], created.UserIdList);

        foreach (var device in new[] { bob, phone })
        {
            var notice = await device.NextAsync(Command.GroupChangeMemberNotify, IMGroupChangeMemberNotify.Parser);
            Assert.Equal((_alice, GroupModifyType.Add, created.GroupId), (notice.UserId, notice.ChangeType, notice.GroupId));
            Assert.Equal([_alice, _bob, _carol], notice.CurUserIdList);
            Assert.Equal([_alice, _bob, _carol], notice.ChgUserIdList);
        }

        Assert.Empty(await alice.PendingAsync());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("nobody", false)]
    public async Task A_group_without_name_or_members_fails(string name, bool withMembers)
    {
        using var alice = await _server.LoginAsync("alice");
        var created = await CreateAsync(alice, name, withMembers ? [_alice, _bob] : []);

        Assert.Equal((1u, name), (created.ResultCode, created.GroupName));
        Assert.False(created.HasGroupId);
    }

    [Fact]
    public async Task Official_groups_are_not_made_by_clients()
    {
        using var alice = await _server.LoginAsync("alice");
        await alice.SendAsync(Command.GroupCreateReq, 5, new IMGroupCreateReq
        {
            UserId = 0, GroupType = GroupType.Normal, GroupName = "official", GroupAvatar = "", MemberIdList = { _alice, _bob },
        });
        Assert.Empty(await alice.PendingAsync());
    }

    [Fact]
    public async Task A_message_reaches_every_device_of_every_member_but_the_sending_one()
    {
        using var alice = await _server.LoginAsync("alice");
        using var phone = await _server.LoginAsync("alice", ClientType.Ios);
        using var bob = await _server.LoginAsync("bob");
        using var dave = await _server.LoginAsync("dave");
        var group = (await CreateAsync(alice, "friends", _bob)).GroupId;

        var ack = await SendAsync(alice, group, "hello", sequence: 9);
        Assert.Equal((_alice, group, 1u, SessionType.Group), (ack.UserId, ack.SessionId, ack.MsgId, ack.SessionType));

        foreach (var device in new[] { phone, bob })
        {
            var message = await device.NextAsync(Command.MsgData, IMMsgData.Parser);
            Assert.Equal((_alice, group, 1u, MsgType.GroupText), (message.FromUserId, message.ToSessionId, message.MsgId, message.MsgType));
            Assert.Equal("hello", message.MsgData.ToStringUtf8());
            Assert.False(message.HasAttachData);
        }

        Assert.Empty(await alice.PendingAsync());
        Assert.Empty(await dave.PendingAsync());
    }

    [Fact]
    public async Task Strangers_can_neither_write_nor_read_nor_change_a_group()
    {
        using var alice = await _server.LoginAsync("alice");
        using var dave = await _server.LoginAsync("dave");
        var group = (await CreateAsync(alice, "friends", _bob)).GroupId;
        await SendAsync(alice, group, "secret", sequence: 1);

        await dave.SendAsync(Command.MsgData, 2, Message(group, "let me in"));
        await dave.SendAsync(Command.MsgDataReadAck, 3, new IMMsgDataReadAck
        {
            UserId = 0, SessionId = group, MsgId = 1, SessionType = SessionType.Group,
        });
        Assert.Empty((await HistoryAsync(dave, group)).MsgList);
        Assert.Equal(0u, (await dave.AskAsync(Command.GetLatestMsgIdReq, new IMGetLatestMsgIdReq
        {
            UserId = 0, SessionType = SessionType.Group, SessionId = group,
        }, Command.GetLatestMsgIdRsp, IMGetLatestMsgIdRsp.Parser)).LatestMsgId);
        Assert.Empty((await dave.AskAsync(Command.GetMsgByIdReq, new IMGetMsgByIdReq
        {
            UserId = 0, SessionType = SessionType.Group, SessionId = group, MsgIdList = { 1 },
        }, Command.GetMsgByIdRsp, IMGetMsgByIdRsp.Parser)).MsgList);
        Assert.Empty((await InfoAsync(dave, (group, 0))).GroupInfoList);
        Assert.Equal(1u, (await ChangeAsync(dave, GroupModifyType.Add, group, _dave)).ResultCode);
        Assert.Equal(1u, (await ChangeAsync(dave, GroupModifyType.Delete, group, _alice)).ResultCode);
        Assert.Equal(1u, (await ShieldAsync(dave, group, 1)).ResultCode);

        Assert.Equal(2u, (await SendAsync(alice, group, "still ours", sequence: 4)).MsgId);
        Assert.Empty(await dave.PendingAsync());
    }

    [Fact]
    public async Task Added_members_see_what_comes_and_not_what_was()
    {
        using var alice = await _server.LoginAsync("alice");
        using var bob = await _server.LoginAsync("bob");
        using var carol = await _server.LoginAsync("carol", ClientType.Mac);
        var group = (await CreateAsync(alice, "friends", _bob)).GroupId;
        await SendAsync(alice, group, "before", sequence: 1);

        var added = await ChangeAsync(bob, GroupModifyType.Add, group, _carol, _bob);
        Assert.Equal((0u, GroupModifyType.Add, group), (added.ResultCode, added.ChangeType, added.GroupId));
        Assert.Equal([_carol], added.ChgUserIdList);
        Assert.Equal([_alice, _bob, _carol], added.CurUserIdList);
        foreach (var device in new[] { alice, carol })
        {
            var notice = await device.NextAsync(Command.GroupChangeMemberNotify, IMGroupChangeMemberNotify.Parser);
            Assert.Equal([_alice, _bob, _carol], notice.CurUserIdList);
            Assert.Equal([_carol], notice.ChgUserIdList);
        }

        await SendAsync(alice, group, "after", sequence: 2);
        Assert.Equal("after", (await carol.NextAsync(Command.MsgData, IMMsgData.Parser)).MsgData.ToStringUtf8());
        Assert.Equal([2u], (await HistoryAsync(carol, group)).MsgList.Select(message => message.MsgId));
        var unread = Assert.Single((await UnreadAsync(carol)).UnreadinfoList);
        Assert.Equal((group, SessionType.Group, 1u, 2u), (unread.SessionId, unread.SessionType, unread.UnreadCnt, unread.LatestMsgId));
        Assert.Equal([2u, 1u], (await HistoryAsync(bob, group)).MsgList.Select(message => message.MsgId));
    }

    [Fact]
    public async Task Removed_members_are_told_last_and_see_and_send_nothing_any_more()
    {
        using var alice = await _server.LoginAsync("alice");
        using var bob = await _server.LoginAsync("bob");
        using var carol = await _server.LoginAsync("carol");
        using var dave = await _server.LoginAsync("dave");
        var group = (await CreateAsync(alice, "friends", _bob, _carol, _dave)).GroupId;

        Assert.Equal(1u, (await ChangeAsync(bob, GroupModifyType.Delete, group, _carol)).ResultCode);
        var removed = await ChangeAsync(alice, GroupModifyType.Delete, group, _bob, _carol);
        Assert.Equal([_alice, _dave], removed.CurUserIdList);
        Assert.Equal([_bob, _carol], removed.ChgUserIdList);

        foreach (var (device, user) in new[] { (bob, _bob), (carol, _carol) })
        {
            var kicked = await DeleteNoticeAsync(device);
            Assert.Equal([_alice, _dave], kicked.CurUserIdList);
            Assert.Equal([_bob, _carol], kicked.ChgUserIdList.Order());
            Assert.Equal(user, kicked.ChgUserIdList[^1]);
        }

        Assert.Equal([_bob, _carol], (await DeleteNoticeAsync(dave)).ChgUserIdList);

        // A message right behind the removal is refused, though the gateway may still take him for a member.
        await bob.SendAsync(Command.MsgData, 5, Message(group, "one more"));
        Assert.Equal(1u, (await SendAsync(alice, group, "alone", sequence: 6)).MsgId);
        Assert.Empty((await HistoryAsync(bob, group)).MsgList);
        Assert.Empty((await InfoAsync(bob, (group, 0))).GroupInfoList);
        Assert.Empty(await bob.PendingAsync());

        static async Task<IMGroupChangeMemberNotify> DeleteNoticeAsync(WireClient device)
        {
            while (true)
            {
                var notice = await device.NextAsync(Command.GroupChangeMemberNotify, IMGroupChangeMemberNotify.Parser);
                if (notice.ChangeType == GroupModifyType.Delete)
                    return notice;
            }
        }
    }

    [Fact]
    public async Task Info_is_given_to_members_whose_copy_is_older()
    {
        using var alice = await _server.LoginAsync("alice");
        var group = (await CreateAsync(alice, "friends", _bob)).GroupId;

        var info = Assert.Single((await InfoAsync(alice, (group, 0), (4_711, 0))).GroupInfoList);
        Assert.Equal((group, 1u, "friends", "", _alice), (info.GroupId, info.Version, info.GroupName, info.GroupAvatar, info.GroupCreatorId));
        Assert.Equal((GroupType.Temporary, 0u), (info.GroupType, info.ShieldStatus));
        Assert.Equal([_alice, _bob], info.GroupMemberList);
        Assert.Empty((await InfoAsync(alice, (group, 1))).GroupInfoList);
        Assert.Empty((await InfoAsync(alice)).GroupInfoList);

        await ChangeAsync(alice, GroupModifyType.Add, group, _carol);
        Assert.Equal(2u, Assert.Single((await InfoAsync(alice, (group, 1))).GroupInfoList).Version);
        Assert.Empty((await alice.AskAsync(
            Command.NormalGroupListReq, new IMNormalGroupListReq { UserId = 0 }, Command.NormalGroupListRsp, IMNormalGroupListRsp.Parser))
            .GroupVersionList);
    }

    [Fact]
    public async Task A_shield_belongs_to_one_member()
    {
        using var alice = await _server.LoginAsync("alice");
        using var bob = await _server.LoginAsync("bob");
        var group = (await CreateAsync(alice, "friends", _bob)).GroupId;

        Assert.Equal((0u, group), (await ShieldAsync(alice, group, 1)) switch { var shielded => (shielded.ResultCode, shielded.GroupId) });
        Assert.Equal(0u, (await ShieldAsync(alice, group, 1)).ResultCode);

        Assert.Equal(1u, Assert.Single((await InfoAsync(alice, (group, 0))).GroupInfoList).ShieldStatus);
        Assert.Equal(0u, Assert.Single((await InfoAsync(bob, (group, 0))).GroupInfoList).ShieldStatus);
        await ShieldAsync(alice, group, 0);
        Assert.Equal(0u, Assert.Single((await InfoAsync(alice, (group, 0))).GroupInfoList).ShieldStatus);
    }

    [Fact]
    public async Task Read_marks_and_own_messages_clear_the_unread_of_a_group()
    {
        using var alice = await _server.LoginAsync("alice");
        using var bob = await _server.LoginAsync("bob");
        using var phone = await _server.LoginAsync("bob", ClientType.Android);
        var group = (await CreateAsync(alice, "friends", _bob)).GroupId;
        for (ushort i = 1; i <= 3; i++)
            await SendAsync(alice, group, $"message {i}", i);

        Assert.Equal(3u, (await UnreadAsync(bob)).TotalCnt);
        Assert.Equal(0u, (await UnreadAsync(alice)).TotalCnt);
        await bob.SendAsync(Command.MsgDataReadAck, 4, new IMMsgDataReadAck
        {
            UserId = 0, SessionId = group, MsgId = 2, SessionType = SessionType.Group,
        });
        var read = await phone.NextAsync(Command.MsgDataReadNotify, IMMsgDataReadNotify.Parser);
        Assert.Equal((_bob, group, 2u, SessionType.Group), (read.UserId, read.SessionId, read.MsgId, read.SessionType));
        Assert.Equal(1u, (await UnreadAsync(bob)).TotalCnt);

        await SendAsync(bob, group, "my own", 5);
        Assert.Equal(0u, (await UnreadAsync(bob)).TotalCnt);
        Assert.Equal(1u, (await UnreadAsync(alice)).TotalCnt);
    }

    [Fact]
    public async Task A_large_group_reaches_its_members_without_a_list_of_receivers()
    {
        await using var server = await EmbeddedServer.StartAsync(("Deliver:LargeGroupMembers", "3"));
        var ids = await server.AddUsersAsync("a", "b", "c", "d", "e");
        using var one = await server.LoginAsync("a");
        using var two = await server.LoginAsync("b");
        using var late = await server.LoginAsync("e");
        var group = (await CreateAsync(one, "many", ids[..4])).GroupId;

        await SendAsync(one, group, "first", 1);
        await SendAsync(one, group, "second", 2);
        Assert.Equal("first", (await two.NextAsync(Command.MsgData, IMMsgData.Parser)).MsgData.ToStringUtf8());
        Assert.Equal("second", (await two.NextAsync(Command.MsgData, IMMsgData.Parser)).MsgData.ToStringUtf8());

        await ChangeAsync(one, GroupModifyType.Add, group, ids[4]);
        await SendAsync(one, group, "third", 3);
        Assert.Equal("third", (await late.NextAsync(Command.MsgData, IMMsgData.Parser)).MsgData.ToStringUtf8());
        await ChangeAsync(one, GroupModifyType.Delete, group, ids[1]);
        await SendAsync(one, group, "fourth", 4);
        Assert.Equal("fourth", (await late.NextAsync(Command.MsgData, IMMsgData.Parser)).MsgData.ToStringUtf8());
        Assert.Equal("third", (await two.NextAsync(Command.MsgData, IMMsgData.Parser)).MsgData.ToStringUtf8());
        Assert.DoesNotContain(Command.MsgData, await two.PendingAsync());
    }

    private static Task<IMGroupCreateRsp> CreateAsync(WireClient client, string name, params uint[] members)
    {
        var request = new IMGroupCreateReq { UserId = 0, GroupType = GroupType.Temporary, GroupName = name, GroupAvatar = "" };
        request.MemberIdList.AddRange(members);
        return client.AskAsync(Command.GroupCreateReq, request, Command.GroupCreateRsp, IMGroupCreateRsp.Parser);
    }

    private static Task<IMGroupChangeMemberRsp> ChangeAsync(WireClient client, GroupModifyType type, uint group, params uint[] members)
    {
        var request = new IMGroupChangeMemberReq { UserId = 0, ChangeType = type, GroupId = group };
        request.MemberIdList.AddRange(members);
        return client.AskAsync(Command.GroupChangeMemberReq, request, Command.GroupChangeMemberRsp, IMGroupChangeMemberRsp.Parser);
    }

    private static Task<IMGroupShieldRsp> ShieldAsync(WireClient client, uint group, uint status) => client.AskAsync(
        Command.GroupShieldReq,
        new IMGroupShieldReq { UserId = 0, GroupId = group, ShieldStatus = status },
        Command.GroupShieldRsp,
        IMGroupShieldRsp.Parser);

    private static Task<IMGroupInfoListRsp> InfoAsync(WireClient client, params (uint Group, uint Version)[] known)
    {
        var request = new IMGroupInfoListReq { UserId = 0 };
        request.GroupVersionList.AddRange(known.Select(one => new GroupVersionInfo { GroupId = one.Group, Version = one.Version }));
        return client.AskAsync(Command.GroupInfoListReq, request, Command.GroupInfoListRsp, IMGroupInfoListRsp.Parser);
    }

    private static Task<IMGetMsgListRsp> HistoryAsync(WireClient client, uint group) => client.AskAsync(
        Command.GetMsgListReq,
        new IMGetMsgListReq { UserId = 0, SessionType = SessionType.Group, SessionId = group, MsgIdBegin = 0, MsgCnt = 20 },
        Command.GetMsgListRsp,
        IMGetMsgListRsp.Parser);

    private static Task<IMUnreadMsgCntRsp> UnreadAsync(WireClient client) => client.AskAsync(
        Command.UnreadMsgCntReq, new IMUnreadMsgCntReq { UserId = 0 }, Command.UnreadMsgCntRsp, IMUnreadMsgCntRsp.Parser);

    private static Task<IMMsgDataAck> SendAsync(WireClient client, uint group, string text, ushort sequence) =>
        client.AskAsync(Command.MsgData, Message(group, text), Command.MsgDataAck, IMMsgDataAck.Parser, sequence);

    private static IMMsgData Message(uint group, string text) => new()
    {
        FromUserId = 0, ToSessionId = group, MsgId = 0, CreateTime = 0, MsgType = MsgType.GroupText,
        MsgData = ByteString.CopyFromUtf8(text),
    };
}
