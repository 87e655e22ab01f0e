using System.Buffers;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Groups;
using BrokerIm.Gateway.Inbound;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway.Inbound;

public sealed class MessageCommandsTests : IAsyncDisposable
{
    private const uint Alice = 1001;
    private const uint Bob = 1002;

    private readonly ManualTimeProvider _time = new();
    private readonly InboundRig _rig;
    private readonly InMemoryUsers _users = new(Alice, Bob);
    private readonly InMemoryConversations _groups = new();
    private readonly TestSession _alice;
    private readonly CommandTable _table;

    public MessageCommandsTests()
    {
        _rig = new(time: _time);
        var options = Options.Create(_rig.Options);
        var frames = new GatewayMetrics(_rig.Meter.Meter);
        var commands = new MessageCommands(
            _rig.Lanes,
            new KnownUsers(_users, new QueryDeadline(options, _time), options, _time),
            new GroupAccess(_groups, new QueryDeadline(options, _time), _time),
            options,
            _time,
            frames,
            new InboundMetrics(_rig.Meter.Meter),
            NullLogger<MessageCommands>.Instance);
        _table = new([commands], options, frames, NullLogger<CommandTable>.Instance);
        _alice = TestSession.LoggedIn(new(Alice), _time);
    }

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Message_goes_into_the_log_under_the_authenticated_user()
    {
        await _rig.StartAsync();
        await SendAsync(Message(from: 666), sequence: 5);

        var entry = Assert.Single(await _rig.Log.NextEntriesAsync(1));

        Assert.Equal(EntryKind.Message, entry.Kind);
        Assert.Equal(Alice, entry.Sender);
        Assert.Equal(ConversationId.Pair(new(Alice), new(Bob)).Value, entry.Relation);
        Assert.Equal(((ulong)NowMs, _alice.Session.Id, 5u), (entry.StampMs, entry.Connection, entry.Sequence));
        Assert.Equal(((uint)MsgType.SingleText, "isFbgVCILeNPXzVe+MncXQ=="), (entry.MessageType, entry.Data.ToStringUtf8()));
        Assert.False(entry.ClientMadeId);
        Assert.True(ClientMessageId.TryRead(entry.ClientMessageId.Span, out var id));
        Assert.Equal(NowMs, id.TimeMs);
    }

    [Fact]
    public async Task Every_message_of_an_old_client_gets_an_id_of_its_own()
    {
        await _rig.StartAsync();
        for (ushort sequence = 0; sequence < 50; sequence++)
            await SendAsync(Message(), sequence);
        await SendAsync(Message(), sequence: 0);

        var ids = (await _rig.Log.NextEntriesAsync(51)).Select(entry => entry.ClientMessageId).ToList();

        Assert.Equal(51, ids.Distinct().Count());
    }

    [Fact]
    public async Task Resend_of_an_old_client_carries_the_id_of_the_first()
    {
        await _rig.StartAsync();
        await SendAsync(Message(), sequence: 9);
        _time.Advance(TimeSpan.FromSeconds(6));
        await SendAsync(Message(), sequence: 9);
        await SendAsync(Message(data: "another"), sequence: 9);

        var entries = await _rig.Log.NextEntriesAsync(3);

        Assert.Equal(entries[0].ClientMessageId, entries[1].ClientMessageId);
        Assert.NotEqual(entries[0].ClientMessageId, entries[2].ClientMessageId);
        Assert.Equal((ulong)NowMs, entries[1].StampMs);
        Assert.Equal(1, _rig.Meter.Sum("im_dedup_hits_total", "connection"));
    }

    [Theory]
    [InlineData(-60_000)]
    [InlineData(0)]
    [InlineData(5_000)]
    public async Task Id_of_a_new_client_is_kept_and_never_later_than_the_stamp(long aheadMs)
    {
        await _rig.StartAsync();
        var id = ClientMessageId.Create(NowMs + aheadMs, new byte[10]);
        await SendAsync(Message(clientId: Bytes(id)), sequence: 3);

        var entry = Assert.Single(await _rig.Log.NextEntriesAsync(1));

        Assert.True(entry.ClientMadeId);
        Assert.Equal(Bytes(id), entry.ClientMessageId);
        Assert.Equal((ulong)Math.Max(NowMs, NowMs + aheadMs), entry.StampMs);
    }

    [Fact]
    public async Task Id_from_too_far_ahead_is_answered_with_the_servers_clock()
    {
        await _rig.StartAsync();
        var id = Bytes(ClientMessageId.Create(NowMs + 5_001, new byte[10]));
        await SendAsync(Message(clientId: id), sequence: 3);

        var ack = Assert.Single(_alice.Received()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 3);

        Assert.Equal((SendStatus.Clock, (ulong)NowMs, 0u), (ack.SendStatus, ack.ServerTimeMs, ack.MsgId));
        Assert.Equal((Alice, Bob, id), (ack.UserId, ack.SessionId, ack.ClientMsgId));
        await ExpectNothingLoggedAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public async Task Id_of_another_length_makes_the_message_unparsable(int length)
    {
        await _rig.StartAsync();
        await SendAsync(Message(clientId: ByteString.CopyFrom(new byte[length])));

        await ExpectNothingLoggedAsync();
        Assert.Equal(1, _rig.Meter.Sum("im_frame_rejects_total", FrameRejects.Unparsable));
    }

    public static TheoryData<string, string> Dropped => new()
    {
        { "empty", nameof(DropReason.Empty) },
        { "self", nameof(DropReason.ToSelf) },
        { "zero", nameof(DropReason.NoSuchUser) },
        { "huge", nameof(DropReason.NoSuchUser) },
        { "stranger", nameof(DropReason.NoSuchUser) },
        { "group", nameof(DropReason.NotAMember) },
        { "audio", nameof(DropReason.EmptyAudio) },
        { "large", nameof(DropReason.TooLarge) },
    };

    [Fact]
    public async Task Client_with_ids_of_its_own_is_told_of_a_refusal()
    {
        await _rig.StartAsync();
        var id = Bytes(ClientMessageId.Create(NowMs, new byte[10]));
        await SendAsync(Message(to: 4_242, clientId: id), sequence: 3);

        var ack = Assert.Single(_alice.Received()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 3);

        Assert.Equal((SendStatus.Refused, 0u, 4_242u, id), (ack.SendStatus, ack.MsgId, ack.SessionId, ack.ClientMsgId));
        await ExpectNothingLoggedAsync();
    }

    [Theory]
    [MemberData(nameof(Dropped))]
    public async Task Message_that_is_not_let_in_is_dropped_in_silence(string which, string reason)
    {
        await _rig.StartAsync();
        await SendAsync(which switch
        {
            "empty" => Message(data: ""),
            "self" => Message(from: 0, to: Alice),
            "zero" => Message(to: 0),
            "huge" => Message(to: uint.MaxValue),
            "stranger" => Message(to: 4_242),
            "group" => Message(type: MsgType.GroupText),
            "audio" => Message(type: MsgType.SingleAudio, data: "1234"),
            _ => Message(data: new string('x', MessageAdmission.MaxDataBytes + 1)),
        });

        await ExpectNothingLoggedAsync();
        Assert.Empty(_alice.Received());
        Assert.Equal(1, _rig.Meter.Sum("im_messages_dropped_total", reason));
    }

    [Fact]
    public async Task Message_of_an_unknown_type_is_dropped()
    {
        await _rig.StartAsync();
        await SendAsync(Message(type: (MsgType)3));

        await ExpectNothingLoggedAsync();
        Assert.Equal(1, _rig.Meter.Sum("im_frame_rejects_total", FrameRejects.Unparsable));
    }

    [Fact]
    public async Task Smallest_audio_and_largest_content_are_let_in()
    {
        await _rig.StartAsync();
        await SendAsync(Message(type: MsgType.SingleAudio, data: "12345"));
        await SendAsync(Message(data: new string('x', MessageAdmission.MaxDataBytes)));

        Assert.Equal(2, (await _rig.Log.NextEntriesAsync(2)).Count);
    }

    [Fact]
    public async Task Directory_is_asked_once_about_a_receiver_who_exists()
    {
        await _rig.StartAsync();
        await SendAsync(Message(), 1);
        _users.IsDown = true;
        _time.Advance(TimeSpan.FromDays(1));
        await SendAsync(Message(), 2);

        Assert.Equal(2, (await _rig.Log.NextEntriesAsync(2)).Count);
        Assert.Equal(1, _users.Questions);
    }

    [Fact]
    public async Task What_comes_behind_a_message_that_nobody_could_judge_does_not_overtake_it()
    {
        await _rig.StartAsync();
        var (first, second) = (NewId(1), NewId(2));
        _users.IsDown = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => SendAsync(Message(clientId: first)));

        _users.IsDown = false;
        await SendAsync(Message(clientId: second));
        await SendAsync(Message(clientId: first));
        await SendAsync(Message(clientId: second));

        Assert.Equal([first, second], (await _rig.Log.NextEntriesAsync(2)).Select(static entry => entry.ClientMessageId));
        Assert.False(_rig.Log.HasMore);
    }

    [Fact]
    public async Task A_message_that_its_client_has_given_up_holds_nothing_back()
    {
        await _rig.StartAsync();
        _users.IsDown = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => SendAsync(Message(clientId: NewId(1))));

        _users.IsDown = false;
        _time.Advance(TurnedAway.Remembered);
        await SendAsync(Message(clientId: NewId(2)));

        Assert.Equal(NewId(2), Assert.Single(await _rig.Log.NextEntriesAsync(1)).ClientMessageId);
    }

    [Fact]
    public async Task Receiver_who_did_not_exist_is_looked_up_again_after_a_while()
    {
        await _rig.StartAsync();
        await SendAsync(Message(to: 4_242));
        _users.Add(4_242);
        await SendAsync(Message(to: 4_242));
        Assert.Equal(1, _users.Questions);

        _time.Advance(KnownUsers.NoLifetime);
        await SendAsync(Message(to: 4_242));
        Assert.Single(await _rig.Log.NextEntriesAsync(1));
    }

    [Fact]
    public async Task Read_mark_goes_into_the_log_under_the_authenticated_user()
    {
        await _rig.StartAsync();
        await HandleAsync(Command.MsgDataReadAck, 0, new IMMsgDataReadAck
        {
            UserId = 0, SessionId = Bob, MsgId = 17, SessionType = SessionType.Single,
        });

        var entry = Assert.Single(await _rig.Log.NextEntriesAsync(1));

        Assert.Equal((EntryKind.ReadMark, Alice, 17u), (entry.Kind, entry.Sender, entry.ReadId));
        Assert.Equal(ConversationId.Pair(new(Alice), new(Bob)).Value, entry.Relation);
        Assert.Equal(_alice.Session.Id, entry.Connection);
    }

    [Theory]
    [InlineData(Alice, 17u, SessionType.Single)]
    [InlineData(0u, 17u, SessionType.Single)]
    [InlineData(Bob, 0u, SessionType.Single)]
    [InlineData(7u, 17u, SessionType.Group)]
    public async Task Read_mark_at_nothing_is_dropped(uint sessionId, uint messageId, SessionType type)
    {
        await _rig.StartAsync();
        await HandleAsync(Command.MsgDataReadAck, 0, new IMMsgDataReadAck
        {
            UserId = Alice, SessionId = sessionId, MsgId = messageId, SessionType = type,
        });

        await ExpectNothingLoggedAsync();
        Assert.Equal(1, _rig.Meter.Count("im_messages_dropped_total"));
    }

    [Fact]
    public async Task Receipts_are_counted_and_never_answered()
    {
        await _rig.StartAsync();
        await HandleAsync(Command.MsgDataAck, 0, new IMMsgDataAck
        {
            UserId = Bob, SessionId = Alice, MsgId = 1, SessionType = SessionType.Single,
        });

        await ExpectNothingLoggedAsync();
        Assert.Empty(_alice.Received());
        Assert.Equal(1, _rig.Meter.Sum("im_receipts_total"));
    }

    [Fact]
    public async Task While_answers_are_late_new_clients_are_told_to_come_again_and_old_ones_wait()
    {
        await _rig.StartAsync();
        BeLate();

        await SendAsync(Message(data: "new", clientId: Bytes(Id(1))));
        await SendAsync(Message(data: "old"));

        Assert.Equal("old", Assert.Single(await _rig.Log.NextEntriesAsync(1)).Data.ToStringUtf8());
        var ack = Assert.Single(Acks());
        Assert.Equal((SendStatus.Busy, Bytes(Id(1)), 0u), (ack.SendStatus, ack.ClientMsgId, ack.MsgId));
        Assert.InRange(ack.RetryAfterMs, 1_000u, 2_000u);
        Assert.Equal(1, _rig.Meter.Sum("im_busy_answers_total"));
    }

    [Fact]
    public async Task What_was_sent_behind_a_message_that_has_to_come_again_does_not_overtake_it()
    {
        await _rig.StartAsync();
        BeLate();
        await SendAsync(Message(data: "one", clientId: Bytes(Id(1))));
        _rig.Lag.Answered(0, connection: 99, sequence: 1);

        await SendAsync(Message(data: "two", clientId: Bytes(Id(2))));
        await SendAsync(Message(data: "one", clientId: Bytes(Id(1))));
        await SendAsync(Message(data: "two", clientId: Bytes(Id(2))));

        Assert.Equal(["one", "two"], (await _rig.Log.NextEntriesAsync(2)).Select(entry => entry.Data.ToStringUtf8()));
        Assert.Equal([SendStatus.Busy, SendStatus.Busy], Acks().Select(ack => ack.SendStatus));
    }

    [Fact]
    public async Task Message_that_never_comes_again_holds_the_others_up_for_a_while_only()
    {
        await _rig.StartAsync();
        BeLate();
        await SendAsync(Message(data: "given up", clientId: Bytes(Id(1))));
        _rig.Lag.Answered(0, connection: 99, sequence: 1);

        _time.Advance(TurnedAway.Remembered);
        await SendAsync(Message(data: "two", clientId: Bytes(Id(2))));

        Assert.Equal("two", Assert.Single(await _rig.Log.NextEntriesAsync(1)).Data.ToStringUtf8());
    }

    [Fact]
    public async Task All_that_were_turned_away_come_in_before_what_was_sent_later()
    {
        await _rig.StartAsync();
        BeLate();
        foreach (var number in new byte[] { 1, 2 })
            await SendAsync(Message(clientId: Bytes(Id(number))));
        _rig.Lag.Answered(0, connection: 99, sequence: 1);

        foreach (var number in new byte[] { 1, 3, 2, 3 })
            await SendAsync(Message(clientId: Bytes(Id(number))));

        Assert.Equal(
            new byte[] { 1, 2, 3 }.Select(number => Bytes(Id(number))), (await _rig.Log.NextEntriesAsync(3)).Select(entry => entry.ClientMessageId));
        Assert.False(_rig.Log.HasMore);
    }

    [Fact]
    public async Task A_repeat_that_was_turned_away_is_not_waited_for_once_the_first_has_its_answer()
    {
        await _rig.StartAsync();
        BeLate();
        _time.Advance(TimeSpan.FromSeconds(1));
        foreach (var number in new byte[] { 1, 1, 2 })
            await SendAsync(Message(clientId: Bytes(Id(number))));
        _rig.Lag.Answered(0, connection: 99, sequence: 1);

        _alice.Session.Sends!.TurnedAway.Remove(ConversationId.Pair(new(Alice), new(Bob)), Id(1));
        await SendAsync(Message(clientId: Bytes(Id(2))));

        Assert.Equal(
            new byte[] { 1, 2 }.Select(number => Bytes(Id(number))), (await _rig.Log.NextEntriesAsync(2)).Select(entry => entry.ClientMessageId));
    }

    // And who may find out whether it still is has done so.
    private void BeLate()
    {
        _rig.Lag.Published(0, connection: 99, sequence: 1);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(_rig.Lag.MayTry(0));
    }

    private ClientMessageId Id(byte number) => ClientMessageId.Create(NowMs - 60_000, new byte[] { number, 0, 0, 0, 0, 0, 0, 0, 0, 0 });

    private IEnumerable<IMMsgDataAck> Acks() => _alice.Received()
        .Where(frame => frame.Header.Command == Command.MsgDataAck).Select(frame => IMMsgDataAck.Parser.ParseFrom(frame.Body));

    private async Task ExpectNothingLoggedAsync()
    {
        // The lane keeps its order, so what is logged next shows that nothing came before.
        await SendAsync(Message(data: "marker"), sequence: 77);
        Assert.Equal("marker", Assert.Single(await _rig.Log.NextEntriesAsync(1)).Data.ToStringUtf8());
    }

    private ByteString NewId(ulong number) => new ClientMessageId(((ulong)NowMs << 16) | number, number).ToByteString();

    private Task SendAsync(IMMsgData message, ushort sequence = 1) => HandleAsync(Command.MsgData, sequence, message);

    private async Task HandleAsync(ushort command, ushort sequence, IMessage body)
    {
        var handler = _table.Find(command)!;
        await handler(
            _alice.Session,
            FrameHeader.For(command, body.CalculateSize(), sequence),
            new ReadOnlySequence<byte>(body.ToByteArray()),
            TestContext.Current.CancellationToken);
    }

    private static IMMsgData Message(
        uint from = Alice,
        uint to = Bob,
        MsgType type = MsgType.SingleText,
        string data = "isFbgVCILeNPXzVe+MncXQ==",
        ByteString? clientId = null)
    {
        var message = new IMMsgData
        {
            FromUserId = from,
            ToSessionId = to,
            MsgId = 0,
            CreateTime = 0,
            MsgType = type,
            MsgData = ByteString.CopyFromUtf8(data),
            AttachData = ByteString.CopyFromUtf8("forged"),
        };
        if (clientId is not null)
            message.ClientMsgId = clientId;
        return message;
    }

    private static ByteString Bytes(ClientMessageId id)
    {
        var bytes = new byte[ClientMessageId.Size];
        id.Write(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
