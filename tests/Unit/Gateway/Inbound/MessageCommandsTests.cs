using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Inbound;
using Google.Protobuf;
using static BrokerIm.Tests.Unit.Gateway.Inbound.MessageCommandsRig;

namespace BrokerIm.Tests.Unit.Gateway.Inbound;

/// <summary>Which messages and read marks go into the log, and as what.</summary>
public sealed class MessageCommandsTests : IAsyncDisposable
{
    private readonly MessageCommandsRig _rig = new();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Message_goes_into_the_log_under_the_authenticated_user()
    {
        await _rig.Inbound.StartAsync();
        await _rig.SendAsync(Message(from: 666), sequence: 5);

        var entry = Assert.Single(await _rig.Inbound.Log.NextEntriesAsync(1));

        Assert.Equal(EntryKind.Message, entry.Kind);
        Assert.Equal(Alice, entry.Sender);
        Assert.Equal(ConversationId.Pair(new(Alice), new(Bob)).Value, entry.Relation);
        Assert.Equal(((ulong)_rig.NowMs, _rig.Connection.Session.Id, 5u), (entry.StampMs, entry.Connection, entry.Sequence));
        Assert.Equal(((uint)MsgType.SingleText, "isFbgVCILeNPXzVe+MncXQ=="), (entry.MessageType, entry.Data.ToStringUtf8()));
        Assert.False(entry.ClientMadeId);
        Assert.True(ClientMessageId.TryRead(entry.ClientMessageId.Span, out var id));
        Assert.Equal(_rig.NowMs, id.TimeMs);
    }

    [Fact]
    public async Task Every_message_of_an_old_client_gets_an_id_of_its_own()
    {
        await _rig.Inbound.StartAsync();
        for (ushort sequence = 0; sequence < 50; sequence++)
            await _rig.SendAsync(Message(), sequence);
        await _rig.SendAsync(Message(), sequence: 0);

        var ids = (await _rig.Inbound.Log.NextEntriesAsync(51)).Select(entry => entry.ClientMessageId).ToList();

        Assert.Equal(51, ids.Distinct().Count());
    }

    [Fact]
    public async Task Resend_of_an_old_client_carries_the_id_of_the_first()
    {
        await _rig.Inbound.StartAsync();
        await _rig.SendAsync(Message(), sequence: 9);
        _rig.Time.Advance(TimeSpan.FromSeconds(6));
        await _rig.SendAsync(Message(), sequence: 9);
        await _rig.SendAsync(Message(data: "another"), sequence: 9);

        var entries = await _rig.Inbound.Log.NextEntriesAsync(3);

        Assert.Equal(entries[0].ClientMessageId, entries[1].ClientMessageId);
        Assert.NotEqual(entries[0].ClientMessageId, entries[2].ClientMessageId);
        Assert.Equal((ulong)_rig.NowMs, entries[1].StampMs);
        Assert.Equal(1, _rig.Inbound.Meter.Sum("im_dedup_hits_total", "connection"));
    }

    [Theory]
    [InlineData(-60_000)]
    [InlineData(0)]
    [InlineData(5_000)]
    public async Task Id_of_a_new_client_is_kept_and_never_later_than_the_stamp(long aheadMs)
    {
        await _rig.Inbound.StartAsync();
        var id = ClientMessageId.Create(_rig.NowMs + aheadMs, new byte[10]);
        await _rig.SendAsync(Message(clientId: id.ToByteString()), sequence: 3);

        var entry = Assert.Single(await _rig.Inbound.Log.NextEntriesAsync(1));

        Assert.True(entry.ClientMadeId);
        Assert.Equal(id.ToByteString(), entry.ClientMessageId);
        Assert.Equal((ulong)Math.Max(_rig.NowMs, _rig.NowMs + aheadMs), entry.StampMs);
    }

    [Fact]
    public async Task Id_from_too_far_ahead_is_answered_with_the_servers_clock()
    {
        await _rig.Inbound.StartAsync();
        var id = ClientMessageId.Create(_rig.NowMs + 5_001, new byte[10]).ToByteString();
        await _rig.SendAsync(Message(clientId: id), sequence: 3);

        var ack = Assert.Single(_rig.Connection.Received()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 3);

        Assert.Equal((SendStatus.Clock, (ulong)_rig.NowMs, 0u), (ack.SendStatus, ack.ServerTimeMs, ack.MsgId));
        Assert.Equal((Alice, Bob, id), (ack.UserId, ack.SessionId, ack.ClientMsgId));
        await ExpectNothingLoggedAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public async Task Id_of_another_length_makes_the_message_unparsable(int length)
    {
        await _rig.Inbound.StartAsync();
        await _rig.SendAsync(Message(clientId: ByteString.CopyFrom(new byte[length])));

        await ExpectNothingLoggedAsync();
        Assert.Equal(1, _rig.Inbound.Meter.Sum("im_frame_rejects_total", FrameRejects.Unparsable));
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
        await _rig.Inbound.StartAsync();
        var id = ClientMessageId.Create(_rig.NowMs, new byte[10]).ToByteString();
        await _rig.SendAsync(Message(to: 4_242, clientId: id), sequence: 3);

        var ack = Assert.Single(_rig.Connection.Received()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 3);

        Assert.Equal((SendStatus.Refused, 0u, 4_242u, id), (ack.SendStatus, ack.MsgId, ack.SessionId, ack.ClientMsgId));
        await ExpectNothingLoggedAsync();
    }

    [Theory]
    [MemberData(nameof(Dropped))]
    public async Task Message_that_is_not_let_in_is_dropped_in_silence(string which, string reason)
    {
        await _rig.Inbound.StartAsync();
        await _rig.SendAsync(which switch
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
        Assert.Empty(_rig.Connection.Received());
        Assert.Equal(1, _rig.Inbound.Meter.Sum("im_messages_dropped_total", reason));
    }

    [Fact]
    public async Task Message_of_an_unknown_type_is_dropped()
    {
        await _rig.Inbound.StartAsync();
        await _rig.SendAsync(Message(type: (MsgType)3));

        await ExpectNothingLoggedAsync();
        Assert.Equal(1, _rig.Inbound.Meter.Sum("im_frame_rejects_total", FrameRejects.Unparsable));
    }

    [Fact]
    public async Task Smallest_audio_and_largest_content_are_let_in()
    {
        await _rig.Inbound.StartAsync();
        await _rig.SendAsync(Message(type: MsgType.SingleAudio, data: "12345"));
        await _rig.SendAsync(Message(data: new string('x', MessageAdmission.MaxDataBytes)));

        Assert.Equal(2, (await _rig.Inbound.Log.NextEntriesAsync(2)).Count);
    }

    [Fact]
    public async Task Directory_is_asked_once_about_a_receiver_who_exists()
    {
        await _rig.Inbound.StartAsync();
        await _rig.SendAsync(Message(), 1);
        _rig.Users.IsDown = true;
        _rig.Time.Advance(TimeSpan.FromDays(1));
        await _rig.SendAsync(Message(), 2);

        Assert.Equal(2, (await _rig.Inbound.Log.NextEntriesAsync(2)).Count);
        Assert.Equal(1, _rig.Users.Questions);
    }

    [Fact]
    public async Task Receiver_who_did_not_exist_is_looked_up_again_after_a_while()
    {
        await _rig.Inbound.StartAsync();
        await _rig.SendAsync(Message(to: 4_242));
        _rig.Users.Add(4_242);
        await _rig.SendAsync(Message(to: 4_242));
        Assert.Equal(1, _rig.Users.Questions);

        _rig.Time.Advance(KnownUsers.NoLifetime);
        await _rig.SendAsync(Message(to: 4_242));
        Assert.Single(await _rig.Inbound.Log.NextEntriesAsync(1));
    }

    [Fact]
    public async Task Read_mark_goes_into_the_log_under_the_authenticated_user()
    {
        await _rig.Inbound.StartAsync();
        await _rig.HandleAsync(Command.MsgDataReadAck, 0, new IMMsgDataReadAck
        {
            UserId = 0, SessionId = Bob, MsgId = 17, SessionType = SessionType.Single,
        });

        var entry = Assert.Single(await _rig.Inbound.Log.NextEntriesAsync(1));

        Assert.Equal((EntryKind.ReadMark, Alice, 17u), (entry.Kind, entry.Sender, entry.ReadId));
        Assert.Equal(ConversationId.Pair(new(Alice), new(Bob)).Value, entry.Relation);
        Assert.Equal(_rig.Connection.Session.Id, entry.Connection);
    }

    [Theory]
    [InlineData(Alice, 17u, SessionType.Single)]
    [InlineData(0u, 17u, SessionType.Single)]
    [InlineData(Bob, 0u, SessionType.Single)]
    [InlineData(7u, 17u, SessionType.Group)]
    public async Task Read_mark_at_nothing_is_dropped(uint sessionId, uint messageId, SessionType type)
    {
        await _rig.Inbound.StartAsync();
        await _rig.HandleAsync(Command.MsgDataReadAck, 0, new IMMsgDataReadAck
        {
            UserId = Alice, SessionId = sessionId, MsgId = messageId, SessionType = type,
        });

        await ExpectNothingLoggedAsync();
        Assert.Equal(1, _rig.Inbound.Meter.Count("im_messages_dropped_total"));
    }

    [Fact]
    public async Task Receipts_are_counted_and_never_answered()
    {
        await _rig.Inbound.StartAsync();
        await _rig.HandleAsync(Command.MsgDataAck, 0, new IMMsgDataAck
        {
            UserId = Bob, SessionId = Alice, MsgId = 1, SessionType = SessionType.Single,
        });

        await ExpectNothingLoggedAsync();
        Assert.Empty(_rig.Connection.Received());
        Assert.Equal(1, _rig.Inbound.Meter.Sum("im_receipts_total"));
    }

    private async Task ExpectNothingLoggedAsync()
    {
        // The lane keeps its order, so what is logged next shows that nothing came before.
        await _rig.SendAsync(Message(data: "marker"), sequence: 77);
        Assert.Equal("marker", Assert.Single(await _rig.Inbound.Log.NextEntriesAsync(1)).Data.ToStringUtf8());
    }
}
