using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Delivery;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

public sealed class AckFrameTests
{
    private static readonly UserId s_alice = new(1001);
    private static readonly ConversationId s_pair = ConversationId.Pair(s_alice, new(1002));

    [Fact]
    public void Ack_of_an_old_client_is_the_worked_example_byte_for_byte()
    {
        var expected = Convert.FromHexString("0000001A000100000003030200050000" + "08E90710EA0718012001");

        var frame = Encode(new AckFrame { Sender = s_alice, Conversation = s_pair, MessageId = 1, Sequence = 5 });

        Assert.Equal(expected, frame);
    }

    [Fact]
    public void Zero_id_is_written_because_clients_refuse_an_ack_without_it()
    {
        var frame = Encode(new AckFrame { Sender = s_alice, Conversation = s_pair, MessageId = 0, Sequence = 5 });

        Assert.Equal("08E90710EA0718002001", Convert.ToHexString(frame.AsSpan(FrameHeader.Size)));
    }

    [Theory]
    [InlineData(1u, 2u, 1u, (int)SendStatus.Stored, 0L)]
    [InlineData(127u, 128u, 16_383u, (int)SendStatus.Duplicate, 0L)]
    [InlineData(UserId.MaxValue, 1u, uint.MaxValue, (int)SendStatus.Clock, 1_700_000_000_123L)]
    [InlineData(2u, UserId.MaxValue, 0u, (int)SendStatus.Unknown, long.MaxValue)]
    public void Ack_of_a_new_client_is_what_the_generated_encoder_writes(
        uint sender, uint peer, uint messageId, int status, long serverTimeMs)
    {
        var id = Enumerable.Range(1, ClientMessageId.Size).Select(value => (byte)value).ToArray();
        var expected = new IMMsgDataAck
        {
            UserId = sender,
            SessionId = peer,
            MsgId = messageId,
            SessionType = SessionType.Single,
            ClientMsgId = ByteString.CopyFrom(id),
            SendStatus = (SendStatus)status,
        };
        if (serverTimeMs != 0)
            expected.ServerTimeMs = (ulong)serverTimeMs;

        var frame = Encode(new AckFrame
        {
            Sender = new(sender),
            Conversation = ConversationId.Pair(new(sender), new(peer)),
            MessageId = messageId,
            Sequence = 0xFFFF,
            ClientMessageId = id,
            Status = (SendStatus)status,
            ServerTimeMs = serverTimeMs,
        });

        Assert.Equal(FrameWriter.ToArray(Command.MsgDataAck, 0xFFFF, expected), frame);
    }

    [Fact]
    public void Read_notify_is_what_the_generated_encoder_writes()
    {
        var expected = new IMMsgDataReadNotify { UserId = 1002, SessionId = 1001, MsgId = 300, SessionType = SessionType.Single };

        Span<byte> frame = stackalloc byte[ReadNotifyFrame.MaxBytes];
        var length = ReadNotifyFrame.Write(frame, new(1002), s_pair, 300);

        Assert.Equal(FrameWriter.ToArray(Command.MsgDataReadNotify, 0, expected), frame[..length].ToArray());
    }

    [Fact]
    public void Group_is_named_by_its_id_and_type()
    {
        var frame = Encode(new AckFrame { Sender = s_alice, Conversation = ConversationId.Group(7), MessageId = 3, Sequence = 1 });

        var ack = IMMsgDataAck.Parser.ParseFrom(frame.AsSpan(FrameHeader.Size));
        Assert.Equal((7u, SessionType.Group), (ack.SessionId, ack.SessionType));
    }

    private static byte[] Encode(AckFrame ack)
    {
        Span<byte> frame = stackalloc byte[AckFrame.MaxBytes];
        return frame[..ack.Write(frame)].ToArray();
    }
}
