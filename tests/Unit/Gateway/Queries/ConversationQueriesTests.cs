using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Queries;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway.Queries;

/// <summary>Unread counters, recent sessions and their previews.</summary>
public sealed class ConversationQueriesTests
{
    private const long T0 = 1_700_000_000_000;
    private const string Audio = "QhGXlpFjvMFUNrtl1aaPzA==";
    private static readonly UserId s_me = new(50);
    private static readonly UserId s_lower = new(10);
    private static readonly UserId s_higher = new(90);

    private readonly InMemoryConversations _store = new();
    private readonly QueryDeadline _deadline = new(Options.Create(new GatewayOptions()), TimeProvider.System);

    [Fact]
    public async Task Unread_counts_the_peers_messages_after_the_mark()
    {
        var low = ConversationId.Pair(s_me, s_lower);
        var high = ConversationId.Pair(s_me, s_higher);
        foreach (var sender in new[] { s_lower, s_me, s_lower, s_lower, s_me })
            _store.Add(low, sender, timeMs: T0);
        foreach (var sender in new[] { s_higher, s_higher })
            _store.Add(high, sender, "last", timeMs: T0 + 5_000);
        _store.MarkRead(s_me, low, 1);

        var reply = await UnreadAsync();

        Assert.Equal((s_me.Value, 4u), (reply.UserId, reply.TotalCnt));
        Assert.Equal([(s_higher.Value, 2u, 2u), (s_lower.Value, 2u, 5u)], reply.UnreadinfoList.Select(
            unread => (unread.SessionId, unread.UnreadCnt, unread.LatestMsgId)));
        var newest = reply.UnreadinfoList[0];
        Assert.Equal(
            (SessionType.Single, "last", MsgType.SingleText, s_higher.Value),
            (newest.SessionType, newest.LatestMsgData.ToStringUtf8(), newest.LatestMsgType, newest.LatestMsgFromUserId));
    }

    [Fact]
    public async Task Nothing_unread_is_an_empty_list_with_its_total_written()
    {
        var pair = ConversationId.Pair(s_me, s_lower);
        _store.Add(pair, s_me, timeMs: T0);
        _store.Add(pair, s_lower, timeMs: T0);
        _store.MarkRead(s_me, pair, 2);

        var reply = await UnreadAsync();

        Assert.Empty(reply.UnreadinfoList);
        Assert.Equal(new byte[] { 0x08, 50, 0x10, 0 }, reply.ToByteArray());
    }

    [Fact]
    public async Task Conversation_whose_latest_message_cannot_be_read_is_left_out_of_list_and_total()
    {
        var pair = ConversationId.Pair(s_me, s_lower);
        _store.Damage(pair, _store.Add(pair, s_lower, timeMs: T0));
        _store.Add(ConversationId.Pair(s_me, s_higher), s_higher, timeMs: T0);

        var unread = await UnreadAsync();
        var recent = await RecentAsync(0);

        Assert.Equal((1u, s_higher.Value), (unread.TotalCnt, Assert.Single(unread.UnreadinfoList).SessionId));
        Assert.Equal(s_higher.Value, Assert.Single(recent.ContactSessionList).SessionId);
    }

    [Fact]
    public async Task Conversation_whose_latest_message_was_erased_is_listed_and_counted_with_a_blank()
    {
        var pair = ConversationId.Pair(s_me, s_lower);
        _store.Add(pair, s_lower, timeMs: T0);
        _store.Add(pair, s_lower, "", timeMs: T0);

        var unread = Assert.Single((await UnreadAsync()).UnreadinfoList);
        var recent = Assert.Single((await RecentAsync(0)).ContactSessionList);

        Assert.Equal((2u, 2u, ""), (unread.UnreadCnt, unread.LatestMsgId, unread.LatestMsgData.ToStringUtf8()));
        Assert.Equal((2u, ""), (recent.LatestMsgId, recent.LatestMsgData.ToStringUtf8()));
    }

    [Fact]
    public async Task Audio_is_previewed_by_the_encrypted_word_for_it()
    {
        _store.Add(ConversationId.Pair(s_me, s_lower), s_lower, "\0\0\0\u0003sound", T0, MsgType.SingleAudio);

        var unread = Assert.Single((await UnreadAsync()).UnreadinfoList);
        var recent = Assert.Single((await RecentAsync(0)).ContactSessionList);

        Assert.Equal((Audio, MsgType.SingleAudio), (unread.LatestMsgData.ToStringUtf8(), unread.LatestMsgType));
        Assert.Equal((Audio, MsgType.SingleAudio), (recent.LatestMsgData.ToStringUtf8(), recent.LatestMsgType));
    }

    [Fact]
    public async Task Unread_list_of_a_thousand_long_messages_fits_into_one_frame_and_misses_none()
    {
        for (var peer = 100u; peer < 1_100; peer++)
            _store.Add(ConversationId.Pair(s_me, new(peer)), new(peer), new string('x', 3_000), T0 + peer);

        var reply = await UnreadAsync();

        Assert.Equal((1_000u, 1_000), (reply.TotalCnt, reply.UnreadinfoList.Count));
        Assert.InRange(reply.CalculateSize() + FrameHeader.Size, 300_000, Limits.MaxClientFrameBytes);
        Assert.Equal(3_000, reply.UnreadinfoList[0].LatestMsgData.Length);
        Assert.Equal(Preview.Ellipsis, reply.UnreadinfoList[^1].LatestMsgData);
    }

    [Fact]
    public async Task Recent_sessions_are_those_of_strictly_later_seconds_newest_first()
    {
        Add(101, T0 - 1);
        Add(102, T0);
        Add(103, T0 + 999);
        Add(104, T0 + 1_000);
        Add(105, T0 + 2_500);

        var reply = await RecentAsync((uint)(T0 / 1000));

        Assert.Equal([105u, 104], reply.ContactSessionList.Select(session => session.SessionId));
        var newest = reply.ContactSessionList[0];
        Assert.Equal(
            ((uint)(T0 / 1000) + 2, SessionStatusType.Ok, 1u, 105u),
            (newest.UpdatedTime, newest.SessionStatus, newest.LatestMsgId, newest.LatestMsgFromUserId));
    }

    [Theory]
    [InlineData(0u, 100)]
    [InlineData(uint.MaxValue, 0)]
    public async Task Recent_sessions_are_a_hundred_at_most(uint after, int expected)
    {
        for (var peer = 100u; peer < 250; peer++)
            Add(peer, T0 + peer);

        var reply = await RecentAsync(after);

        Assert.Equal(expected, reply.ContactSessionList.Count);
        if (expected > 0)
            Assert.Equal(249u, reply.ContactSessionList[0].SessionId);
    }

    [Fact]
    public async Task Hundred_recent_sessions_with_huge_messages_fit_into_one_frame()
    {
        for (var peer = 100u; peer < 200; peer++)
            _store.Add(ConversationId.Pair(s_me, new(peer)), new(peer), new string('x', peer % 2 == 0 ? 100_000 : 3_072), T0);

        var reply = await RecentAsync(0);

        Assert.Equal(100, reply.ContactSessionList.Count);
        Assert.True(reply.CalculateSize() + FrameHeader.Size < Limits.MaxClientFrameBytes);
        Assert.Equal(50, reply.ContactSessionList.Count(session => session.LatestMsgData == Preview.Ellipsis));
    }

    private void Add(uint peer, long timeMs) => _store.Add(ConversationId.Pair(s_me, new(peer)), new(peer), timeMs: timeMs);

    private async Task<IMUnreadMsgCntRsp> UnreadAsync() =>
        await new UnreadQuery(_store, new(_store, _store), new(_store), _deadline).ReadAsync(s_me, TestContext.Current.CancellationToken);

    private async Task<IMRecentContactSessionRsp> RecentAsync(uint after) =>
        await new RecentSessionsQuery(_store, new(_store, _store), new(_store), _deadline).ReadAsync(s_me, after, TestContext.Current.CancellationToken);
}
