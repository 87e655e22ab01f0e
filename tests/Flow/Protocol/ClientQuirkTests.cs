using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Protocol;

/// <summary>What the shipped clients do otherwise than the protocol says (protocol chapters 01, 03 and 10 section 7).</summary>
public sealed class ClientQuirkTests : IAsyncLifetime
{
    private EmbeddedServer _server = null!;
    private uint _alice;
    private uint _bob;

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedServer.StartAsync();
        var ids = await _server.AddUsersAsync("alice", "bob");
        (_alice, _bob) = (ids[0], ids[1]);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>
    /// After login Windows takes any PDU with the sequence of its login for another login response, and Android any with the sequence
    /// of a pending request for its answer. So whatever the server says by itself has sequence 0.
    /// </summary>
    [Fact]
    public async Task Whatever_the_server_says_by_itself_has_sequence_0()
    {
        using var alice = await _server.LoginAsync("alice");
        using var phone = await _server.LoginAsync("alice", ClientType.Android);
        using var bob = await _server.LoginAsync("bob");

        await bob.SendAsync(Command.GroupCreateReq, 1, new IMGroupCreateReq
        {
            UserId = 0, GroupType = GroupType.Temporary, GroupName = "friends", GroupAvatar = "", MemberIdList = { _alice },
        });
        await bob.NextAsync(Command.GroupCreateRsp, IMGroupCreateRsp.Parser, sequence: 1);
        await bob.SendAsync(Command.MsgData, 1, Text(_alice));
        await alice.NextAsync(Command.MsgData, IMMsgData.Parser);
        await alice.SendAsync(Command.MsgDataReadAck, 1, new IMMsgDataReadAck
        {
            UserId = 0, SessionId = _bob, MsgId = 1, SessionType = SessionType.Single,
        });
        await alice.SendAsync(Command.RemoveSessionReq, 2, new IMRemoveSessionReq
        {
            UserId = 0, SessionType = SessionType.Single, SessionId = _bob,
        });
        await alice.NextAsync(Command.RemoveSessionRsp, IMRemoveSessionRsp.Parser, sequence: 2);
        await bob.SendAsync(Command.LogoutReq, 3);

        var heard = new HashSet<ushort>();
        while (!heard.Contains(Command.RemoveSessionNotify))
        {
            var frame = await phone.ReceiveAsync();
            Assert.Equal(0, frame.Header.Sequence);
            heard.Add(frame.Header.Command);
        }

        Assert.Superset(
            new HashSet<ushort>([Command.PCLoginStatusNotify, Command.GroupChangeMemberNotify, Command.MsgData, Command.MsgDataReadNotify]),
            heard);
    }

    /// <summary>Windows tells the purposes of its history requests apart by these sequences alone.</summary>
    [Theory]
    [InlineData(0xFF01)]
    [InlineData(0xFF02)]
    [InlineData(0xFF03)]
    public async Task Windows_history_markers_come_back_as_they_were(int marker)
    {
        using var alice = await _server.LoginAsync("alice");
        await alice.SendAsync(Command.GetMsgListReq, (ushort)marker, new IMGetMsgListReq
        {
            UserId = 0, SessionType = SessionType.Single, SessionId = _bob, MsgIdBegin = 0, MsgCnt = 100,
        });
        Assert.Empty((await alice.NextAsync(Command.GetMsgListRsp, IMGetMsgListRsp.Parser, (ushort)marker)).MsgList);
    }

    /// <summary>Windows asks four things at once under sequence 0 and tells the answers apart by their command.</summary>
    [Fact]
    public async Task Windows_first_requests_share_a_sequence_and_each_has_its_answer()
    {
        using var alice = await _server.LoginAsync("alice");
        await alice.SendAsync(Command.DepartmentReq, 0, new IMDepartmentReq { UserId = 0, LatestUpdateTime = 0 });
        await alice.SendAsync(Command.AllUserReq, 0, new IMAllUserReq { UserId = 0, LatestUpdateTime = 0 });
        await alice.SendAsync(Command.NormalGroupListReq, 0, new IMNormalGroupListReq { UserId = 0 });
        await alice.SendAsync(Command.RecentContactSessionReq, 0, new IMRecentContactSessionReq { UserId = 0, LatestUpdateTime = 0 });

        var answers = (await alice.PendingAsync()).ToHashSet();
        Assert.Equal(
            [Command.RecentContactSessionRsp, Command.AllUserRsp, Command.DepartmentRsp, Command.NormalGroupListRsp], answers.Order());
    }

    /// <summary>iOS asks under the id of the answer and waits ten seconds for it.</summary>
    [Fact]
    public async Task Ios_removes_a_conversation_under_the_wrong_command()
    {
        using var phone = await _server.LoginAsync("alice", ClientType.Ios);
        using var bob = await _server.LoginAsync("bob");
        await bob.AskAsync(Command.MsgData, Text(_alice), Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5);

        var removed = await phone.AskAsync(
            Command.RemoveSessionRsp,
            new IMRemoveSessionReq { UserId = 0, SessionType = SessionType.Single, SessionId = _bob },
            Command.RemoveSessionRsp,
            IMRemoveSessionRsp.Parser,
            sequence: 31);
        Assert.Equal((_alice, 0u, _bob), (removed.UserId, removed.ResultCode, removed.SessionId));
    }

    /// <summary>Requests of clients that nobody ever answered; the connection stays.</summary>
    [Theory]
    [InlineData(0x0012, 2)]
    [InlineData(0x0735, 7)]
    [InlineData(0x0014, 2)]
    [InlineData(0x0005, 0x5A)]
    public async Task Obsolete_requests_are_passed_over(int command, int service)
    {
        using var alice = await _server.LoginAsync("alice", ClientType.Mac);
        var frame = FrameWriter.ToArray((ushort)command, 9, null);
        frame[9] = (byte)service;
        await alice.SendAsync(frame);

        Assert.Empty(await alice.PendingAsync());
    }

    /// <summary>iOS and Mac fill user ids with 0 and send times of 0; the server knows better.</summary>
    [Fact]
    public async Task Ios_sends_zeros_where_the_server_knows_better()
    {
        using var phone = await _server.LoginAsync("alice", ClientType.Ios);
        using var bob = await _server.LoginAsync("bob");
        await phone.AskAsync(Command.MsgData, Text(_bob), Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5);

        var message = await bob.NextAsync(Command.MsgData, IMMsgData.Parser);
        Assert.Equal(_alice, message.FromUserId);
        Assert.InRange(message.CreateTime, DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeSeconds(), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    /// <summary>Android swaps the fields of its receipts, Mac sends none: they change nothing and are not answered.</summary>
    [Fact]
    public async Task Receipts_are_taken_in_whatever_form_and_never_answered()
    {
        using var phone = await _server.LoginAsync("alice", ClientType.Android);
        await phone.SendAsync(Command.MsgDataAck, 1, new IMMsgDataAck { UserId = _bob, SessionId = _alice, MsgId = 1, SessionType = SessionType.Single });
        await phone.SendAsync(Command.MsgDataAck, 2);

        Assert.Empty(await phone.PendingAsync());
    }

    /// <summary>iOS crashes on sound shorter than its own header.</summary>
    [Theory]
    [InlineData(MsgType.SingleAudio)]
    [InlineData(MsgType.GroupAudio)]
    public async Task Sound_without_sound_is_dropped(MsgType type)
    {
        using var alice = await _server.LoginAsync("alice");
        var message = Text(_bob);
        message.MsgType = type;
        message.MsgData = ByteString.CopyFrom(0, 0, 0, 1);
        await alice.SendAsync(Command.MsgData, 3, message);
        Assert.Equal(1u, (await alice.AskAsync(Command.MsgData, Text(_bob), Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 4)).MsgId);
    }

    /// <summary>The clients' heartbeats carry their own header values and must come back unchanged.</summary>
    [Theory]
    [InlineData("0000001000010000000707010000 0000")]
    [InlineData("00000010000D00000007070100000001")]
    [InlineData("00000010000600000007070100050030")]
    public async Task Heartbeats_come_back_unchanged(string hex)
    {
        using var alice = await _server.LoginAsync("alice");
        var frame = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        await alice.SendAsync(frame);

        WireFrame echo;
        do
        {
            echo = await alice.ReceiveAsync();
        }
        while (echo.Header.Command == Command.UserStatNotify);
        Assert.Equal(frame, echo.Bytes);
    }

    private static IMMsgData Text(uint to) => new()
    {
        FromUserId = 0, ToSessionId = to, MsgId = 0, CreateTime = 0, MsgType = MsgType.SingleText,
        MsgData = ByteString.CopyFromUtf8("isFbgVCILeNPXzVe+MncXQ=="),
    };
}
