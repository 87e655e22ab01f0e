using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Protocol;

/// <summary>Lists of conversations (protocol chapter 03 sections 5 to 7), frame by frame, over the whole pipeline.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private EmbeddedServer _server = null!;
    private uint _alice;
    private uint _bob;

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedServer.StartAsync();
        var ids = await _server.AddUsersAsync("alice", "bob", "carol");
        (_alice, _bob) = (ids[0], ids[1]);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_removed_conversation_is_off_the_list_and_read_and_any_new_message_brings_it_back()
    {
        using var alice = await _server.LoginAsync("alice");
        using var phone = await _server.LoginAsync("alice", ClientType.Android);
        using var bob = await _server.LoginAsync("bob");
        await SendAsync(bob, _alice, MsgType.SingleText, 1);
        Assert.Equal(1u, (await UnreadAsync(alice)).TotalCnt);

        var removed = await RemoveAsync(alice, SessionType.Single, _bob);
        Assert.Equal((_alice, 0u, SessionType.Single, _bob), (removed.UserId, removed.ResultCode, removed.SessionType, removed.SessionId));
        var notice = await phone.NextAsync(Command.RemoveSessionNotify, IMRemoveSessionNotify.Parser);
        Assert.Equal((_alice, SessionType.Single, _bob), (notice.UserId, notice.SessionType, notice.SessionId));

        Assert.Empty((await RecentAsync(alice)).ContactSessionList);
        Assert.Equal(0u, (await UnreadAsync(alice)).TotalCnt);
        Assert.Single((await RecentAsync(bob)).ContactSessionList);
        Assert.DoesNotContain(Command.RemoveSessionNotify, await bob.PendingAsync());

        await SendAsync(bob, _alice, MsgType.SingleText, 2);
        Assert.Equal((_bob, 2u), Assert.Single((await RecentAsync(alice)).ContactSessionList) switch { var one => (one.SessionId, one.LatestMsgId) });
        Assert.Equal(1u, (await UnreadAsync(alice)).TotalCnt);
    }

    [Fact]
    public async Task A_removed_group_comes_back_with_another_members_message_too()
    {
        using var alice = await _server.LoginAsync("alice");
        using var bob = await _server.LoginAsync("bob");
        var group = await CreateGroupAsync(alice, _bob);
        await SendAsync(bob, group, MsgType.GroupText, 1);

        Assert.Equal(0u, (await RemoveAsync(alice, SessionType.Group, group)).ResultCode);
        Assert.Empty((await RecentAsync(alice)).ContactSessionList);
        Assert.Equal(0u, (await UnreadAsync(alice)).TotalCnt);

        await SendAsync(bob, group, MsgType.GroupText, 2);
        var back = Assert.Single((await RecentAsync(alice)).ContactSessionList);
        Assert.Equal((group, SessionType.Group, 2u, _bob), (back.SessionId, back.SessionType, back.LatestMsgId, back.LatestMsgFromUserId));
    }

    [Fact]
    public async Task What_is_no_conversation_cannot_be_removed()
    {
        using var alice = await _server.LoginAsync("alice");
        foreach (var (type, id) in new[] { (SessionType.Single, _bob), (SessionType.Single, _alice), (SessionType.Single, 0u), (SessionType.Group, 5u) })
            Assert.Equal(1u, (await RemoveAsync(alice, type, id)).ResultCode);
    }

    [Fact]
    public async Task Pairs_and_groups_are_listed_together_latest_first()
    {
        using var alice = await _server.LoginAsync("alice");
        using var bob = await _server.LoginAsync("bob");
        var group = await CreateGroupAsync(alice, _bob);
        var silent = await CreateGroupAsync(alice, _bob);
        await SendAsync(bob, _alice, MsgType.SingleText, 1);

        // The order is that of the server's clock, in milliseconds.
        var sentAt = Now();
        await Deadline.UntilAsync(() => Task.FromResult(Now() > sentAt));
        await SendAsync(bob, group, MsgType.GroupText, 2);

        var recent = (await RecentAsync(alice)).ContactSessionList;
        Assert.Equal([(group, SessionType.Group), (_bob, SessionType.Single)], recent.Select(one => (one.SessionId, one.SessionType)));
        Assert.DoesNotContain(recent, one => one.SessionId == silent && one.SessionType == SessionType.Group);
        Assert.Empty((await RecentAsync(alice, recent[0].UpdatedTime)).ContactSessionList);

        var unread = await UnreadAsync(alice);
        Assert.Equal(2u, unread.TotalCnt);
        Assert.Equal([group, _bob], unread.UnreadinfoList.Select(one => one.SessionId));
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static Task<IMRemoveSessionRsp> RemoveAsync(WireClient client, SessionType type, uint id) => client.AskAsync(
        Command.RemoveSessionReq,
        new IMRemoveSessionReq { UserId = 0, SessionType = type, SessionId = id },
        Command.RemoveSessionRsp,
        IMRemoveSessionRsp.Parser);

    private static Task<IMRecentContactSessionRsp> RecentAsync(WireClient client, uint since = 0) => client.AskAsync(
        Command.RecentContactSessionReq,
        new IMRecentContactSessionReq { UserId = 0, LatestUpdateTime = since },
        Command.RecentContactSessionRsp,
        IMRecentContactSessionRsp.Parser);

    private static Task<IMUnreadMsgCntRsp> UnreadAsync(WireClient client) => client.AskAsync(
        Command.UnreadMsgCntReq, new IMUnreadMsgCntReq { UserId = 0 }, Command.UnreadMsgCntRsp, IMUnreadMsgCntRsp.Parser);

    private static async Task<uint> CreateGroupAsync(WireClient client, uint member) => (await client.AskAsync(
        Command.GroupCreateReq,
        new IMGroupCreateReq
        {
            UserId = 0, GroupType = GroupType.Temporary, GroupName = "friends", GroupAvatar = "", MemberIdList = { member },
        },
        Command.GroupCreateRsp,
        IMGroupCreateRsp.Parser)).GroupId;

    private static Task<IMMsgDataAck> SendAsync(WireClient client, uint to, MsgType type, ushort sequence) => client.AskAsync(
        Command.MsgData,
        new IMMsgData
        {
            FromUserId = 0, ToSessionId = to, MsgId = 0, CreateTime = 0, MsgType = type, MsgData = ByteString.CopyFromUtf8($"text {sequence}"),
        },
        Command.MsgDataAck,
        IMMsgDataAck.Parser,
        sequence);
}
