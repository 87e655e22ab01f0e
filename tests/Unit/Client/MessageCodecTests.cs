using BrokerIm.Client;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Client;

public sealed class MessageCodecTests
{
    private static readonly SendId Id = new(0x0102030405060708, 0x090A0B0C0D0E0F10);

    [Theory]
    [InlineData(0u, 1u, 1)]
    [InlineData(127u, 128u, 127)]
    [InlineData(16_383u, 16_384u, 128)]
    [InlineData(2_097_151u, 2_097_152u, 20_000)]
    [InlineData((uint)int.MaxValue, uint.MaxValue, 3)]
    public void Message_is_written_as_the_generated_code_writes_it(uint from, uint to, int size)
    {
        var data = Enumerable.Range(0, size).Select(index => (byte)index).ToArray();
        var body = new MessageBody { FromUserId = from, ToSessionId = to, Type = MsgType.GroupAudio, Data = data, SendId = Id };
        var written = new byte[body.CalculateSize()];
        body.WriteTo(written);

        var expected = new IMMsgData
        {
            FromUserId = from, ToSessionId = to, MsgId = 0, CreateTime = 0, MsgType = MsgType.GroupAudio,
            MsgData = ByteString.CopyFrom(data), ClientMsgId = Bytes(Id),
        };
        Assert.Equal(expected.ToByteArray(), written);
    }

    [Fact]
    public void Message_is_read_as_the_generated_code_wrote_it()
    {
        var sent = FullMessage();
        Assert.True(MessageView.TryRead(sent.ToByteArray(), out var read));
        Assert.Equal(sent.FromUserId, read.FromUserId);
        Assert.Equal(sent.ToSessionId, read.ToSessionId);
        Assert.Equal(sent.MsgId, read.MessageId);
        Assert.Equal(sent.CreateTime, read.CreateTime);
        Assert.Equal(sent.MsgType, read.Type);
        Assert.Equal(sent.MsgData.ToByteArray(), read.Data.ToArray());
    }

    [Fact]
    public void Ack_is_read_as_the_generated_code_wrote_it()
    {
        var sent = FullAck();
        Assert.True(MessageAck.TryRead(sent.ToByteArray(), out var read));
        Assert.Equal(new MessageAck(1002, SessionType.Group, 300, Id, SendStatus.Clock, 1_700_000_000_123), read);
    }

    [Fact]
    public void Ack_of_the_original_server_says_stored()
    {
        // Protocol chapter 01 section 8.5.
        Assert.True(MessageAck.TryRead(Convert.FromHexString("08E90710EA0718012001"), out var read));
        Assert.Equal(new MessageAck(1002, SessionType.Single, 1, null, SendStatus.Stored, 0), read);
    }

    [Fact]
    public void Body_cut_short_or_without_a_required_field_is_refused()
    {
        var message = FullMessage().ToByteArray();
        var ack = FullAck().ToByteArray();

        // Behind the required fields an end between two fields is a whole body again.
        for (var length = 0; length < message.Length - (2 + 1 + SendId.Size); length++)
            Assert.False(MessageView.TryRead(message.AsSpan(0, length), out _));
        for (var length = 0; length < 9; length++)
            Assert.False(MessageAck.TryRead(ack.AsSpan(0, length), out _));
        Assert.False(MessageView.TryRead(message.AsSpan(0, message.Length - 1), out _));
        Assert.False(MessageAck.TryRead(ack.AsSpan(0, ack.Length - 1), out _));
    }

    [Fact]
    public void Damaged_bodies_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(1);
        for (var turn = 0; turn < 20_000; turn++)
        {
            var body = turn % 2 == 0 ? FullMessage().ToByteArray() : FullAck().ToByteArray();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                body[random.Next(body.Length)] = (byte)random.Next(256);
            MessageView.TryRead(body, out _);
            MessageAck.TryRead(body, out _);
        }
    }

    [Fact]
    public void Unknown_fields_are_skipped()
    {
        byte[] unknown = [0xF8, 0x06, 0x05, 0xF9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xFD, 0x06, 1, 2, 3, 4, 0xFA, 0x06, 0x01, 0xFF];
        Assert.True(MessageAck.TryRead([.. unknown, .. FullAck().ToByteArray()], out var ack));
        Assert.Equal(300u, ack.MessageId);
        Assert.True(MessageView.TryRead([.. unknown, .. FullMessage().ToByteArray()], out var message));
        Assert.Equal(77u, message.MessageId);
    }

    [Fact]
    public void Send_id_carries_its_time_and_differs_from_the_next()
    {
        const long time = 1_700_000_000_123;
        var ids = Enumerable.Range(0, 10_000).Select(_ => SendId.Create(time)).ToList();
        Assert.All(ids, id => Assert.Equal(time, id.TimeMs));
        Assert.Equal(ids.Count, ids.Distinct().Count());

        var bytes = new byte[SendId.Size];
        ids[0].Write(bytes);
        Assert.True(SendId.TryRead(bytes, out var back));
        Assert.Equal(ids[0], back);
        Assert.False(SendId.TryRead(bytes.AsSpan(1), out _));
    }

    private static IMMsgData FullMessage() => new()
    {
        FromUserId = 1001, ToSessionId = 1002, MsgId = 77, CreateTime = 1_700_000_000, MsgType = MsgType.SingleText,
        MsgData = ByteString.CopyFromUtf8("some data"), ClientMsgId = Bytes(Id),
    };

    private static IMMsgDataAck FullAck() => new()
    {
        UserId = 1001, SessionId = 1002, MsgId = 300, SessionType = SessionType.Group, ClientMsgId = Bytes(Id),
        SendStatus = SendStatus.Clock, ServerTimeMs = 1_700_000_000_123,
    };

    private static ByteString Bytes(SendId id)
    {
        var bytes = new byte[SendId.Size];
        id.Write(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
