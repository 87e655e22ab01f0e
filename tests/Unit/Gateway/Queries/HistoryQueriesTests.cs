using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Queries;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway.Queries;

public sealed class HistoryQueriesTests : IDisposable
{
    private static readonly UserId s_alice = new(1001);
    private static readonly UserId s_bob = new(1002);
    private static readonly ConversationId s_pair = ConversationId.Pair(s_alice, s_bob);

    private readonly InMemoryConversations _store = new();
    private readonly QueryRig _rig;
    private readonly TestSession _alice = TestSession.LoggedIn(s_alice, client: ClientType.Android);

    public HistoryQueriesTests()
    {
        var deadline = new QueryDeadline(Options.Create(new GatewayOptions()), TimeProvider.System);
        _rig = new(new HistoryQueries(new HistoryReader(_store), new(new(_store, deadline, TimeProvider.System)), deadline));
    }

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(0xFF01)]
    [InlineData(0xFF03)]
    [InlineData(0)]
    public async Task Page_comes_newest_first_under_the_sequence_of_the_question(ushort sequence)
    {
        _store.Add(s_pair, s_alice, "one", 1_700_000_000_999);
        _store.Add(s_pair, s_bob, "two", 1_700_000_001_000);
        _store.Add(s_pair, s_bob, "three", 1_700_000_002_000);

        var reply = await PageAsync(begin: 2, count: 20, sequence: sequence);

        Assert.Equal(
            (s_alice.Value, SessionType.Single, s_bob.Value, 2u),
            (reply.UserId, reply.SessionType, reply.SessionId, reply.MsgIdBegin));
        Assert.Equal(
            [(2u, s_bob.Value, 1_700_000_001u, "two"), (1u, s_alice.Value, 1_700_000_000u, "one")],
            reply.MsgList.Select(row => (row.MsgId, row.FromSessionId, row.CreateTime, row.MsgData.ToStringUtf8())));
    }

    [Theory]
    [InlineData(0, 20, 300, 281)]
    [InlineData(0, 1_000, 300, 101)]
    [InlineData(1_000, 3, 300, 298)]
    [InlineData(120, 130, 120, 1)]
    public async Task Page_holds_the_ids_asked_for(uint begin, uint count, uint newest, uint oldest)
    {
        for (var i = 0; i < 300; i++)
            _store.Add(s_pair, s_bob);

        var reply = await PageAsync(begin, count);

        var expected = Enumerable.Range((int)oldest, (int)(newest - oldest + 1)).Reverse().Select(id => (uint)id);
        Assert.Equal(expected, reply.MsgList.Select(row => row.MsgId));
        Assert.Equal(begin, reply.MsgIdBegin);
    }

    [Theory]
    [InlineData(SessionType.Single, 1003u)]
    [InlineData(SessionType.Single, 1001u)]
    [InlineData(SessionType.Single, 0u)]
    [InlineData(SessionType.Single, uint.MaxValue)]
    [InlineData(SessionType.Group, 1002u)]
    public async Task Page_of_a_conversation_without_messages_is_answered_and_empty(SessionType type, uint sessionId)
    {
        _store.Add(s_pair, s_bob);

        var page = await PageAsync(0, 20, type, sessionId);
        var latest = await LatestAsync(type, sessionId);
        var byId = await ByIdAsync([1], type, sessionId);

        Assert.Empty(page.MsgList);
        Assert.Equal((type, sessionId), (page.SessionType, page.SessionId));
        Assert.Equal(0u, latest.LatestMsgId);
        Assert.Empty(byId.MsgList);
    }

    [Fact]
    public async Task Page_without_messages_asked_for_is_empty()
    {
        _store.Add(s_pair, s_bob);

        Assert.Empty((await PageAsync(0, 0)).MsgList);
    }

    [Fact]
    public async Task Page_too_large_for_a_frame_is_cut_at_its_old_end()
    {
        for (var i = 0; i < 30; i++)
            _store.Add(s_pair, s_bob, new string('x', 30_000));

        var reply = await PageAsync(0, 30);

        Assert.Equal(
            Enumerable.Range(0, reply.MsgList.Count).Select(back => 30u - (uint)back), reply.MsgList.Select(row => row.MsgId));
        Assert.InRange(reply.CalculateSize(), Limits.MaxClientFrameBytes - 40_000, Limits.MaxClientFrameBytes - FrameHeader.Size);
    }

    [Fact]
    public async Task Page_is_read_no_further_than_the_frame_holds()
    {
        for (var i = 0; i < 200; i++)
            _store.Add(s_pair, s_bob, new string('x', 30_000));

        await PageAsync(0, 200);

        Assert.Single(_store.Ranges);
    }

    [Fact]
    public async Task Message_that_cannot_be_read_any_more_is_skipped()
    {
        for (var i = 0; i < 3; i++)
            _store.Add(s_pair, s_bob);
        _store.Damage(s_pair, 2);

        Assert.Equal([3u, 1], (await PageAsync(0, 20)).MsgList.Select(row => row.MsgId));
    }

    [Fact]
    public async Task Erased_message_keeps_its_place_without_content()
    {
        _store.Add(s_pair, s_bob);
        _store.Add(s_pair, s_bob, "");
        _store.Add(s_pair, s_bob);

        var rows = (await PageAsync(0, 20)).MsgList;

        Assert.Equal([3u, 2, 1], rows.Select(row => row.MsgId));
        Assert.Equal((s_bob.Value, ""), (rows[1].FromSessionId, rows[1].MsgData.ToStringUtf8()));
        Assert.Equal(2u, Assert.Single((await ByIdAsync([2])).MsgList).MsgId);
    }

    [Fact]
    public async Task Latest_id_is_the_head()
    {
        for (var i = 0; i < 3; i++)
            _store.Add(s_pair, s_bob);

        Assert.Equal(3u, (await LatestAsync(SessionType.Single, s_bob.Value)).LatestMsgId);
    }

    [Fact]
    public async Task Messages_by_id_come_newest_first_and_once_and_unknown_ones_not_at_all()
    {
        for (var i = 0; i < 10; i++)
            _store.Add(s_pair, s_bob);

        var reply = await ByIdAsync([3, 9, 0, 4, 3, 11, uint.MaxValue, 10]);

        Assert.Equal([10u, 9, 4, 3], reply.MsgList.Select(row => row.MsgId));
    }

    [Fact]
    public async Task Messages_by_id_are_a_hundred_at_most()
    {
        for (var i = 0; i < 300; i++)
            _store.Add(s_pair, s_bob);

        var reply = await ByIdAsync([.. Enumerable.Range(1, 300).Select(id => (uint)id)]);

        Assert.Equal(Enumerable.Range(0, 100).Select(back => 300u - (uint)back), reply.MsgList.Select(row => row.MsgId));
    }

    [Fact]
    public async Task Store_that_does_not_answer_means_no_answer()
    {
        _store.IsDown = true;

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => PageAsync(0, 20));

        Assert.Empty(_alice.Received());
    }

    [Fact]
    public async Task Store_that_takes_too_long_means_no_answer()
    {
        var time = new ManualTimeProvider();
        var deadline = new QueryDeadline(Options.Create(new GatewayOptions()), time);
        using var rig = new QueryRig(new HistoryQueries(new HistoryReader(_store), new(new(_store, deadline, TimeProvider.System)), deadline));
        _store.Add(s_pair, s_bob);
        _store.HoldRanges();

        var asked = rig.AskAsync(_alice, Command.GetMsgListReq, PageOf(0, 20, SessionType.Single, s_bob.Value));
        time.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => asked);
    }

    private Task<IMGetMsgListRsp> PageAsync(
        uint begin, uint count, SessionType type = SessionType.Single, uint sessionId = 1002, ushort sequence = 5) => _rig.AskAsync(
            _alice, Command.GetMsgListReq, PageOf(begin, count, type, sessionId), Command.GetMsgListRsp, IMGetMsgListRsp.Parser, sequence);

    private Task<IMGetLatestMsgIdRsp> LatestAsync(SessionType type, uint sessionId) => _rig.AskAsync(
        _alice,
        Command.GetLatestMsgIdReq,
        new IMGetLatestMsgIdReq { UserId = 0, SessionType = type, SessionId = sessionId },
        Command.GetLatestMsgIdRsp,
        IMGetLatestMsgIdRsp.Parser);

    private Task<IMGetMsgByIdRsp> ByIdAsync(uint[] ids, SessionType type = SessionType.Single, uint sessionId = 1002) => _rig.AskAsync(
        _alice,
        Command.GetMsgByIdReq,
        new IMGetMsgByIdReq { UserId = 0, SessionType = type, SessionId = sessionId, MsgIdList = { ids } },
        Command.GetMsgByIdRsp,
        IMGetMsgByIdRsp.Parser);

    private static IMGetMsgListReq PageOf(uint begin, uint count, SessionType type, uint sessionId) =>
        new() { UserId = 0, SessionType = type, SessionId = sessionId, MsgIdBegin = begin, MsgCnt = count };
}
