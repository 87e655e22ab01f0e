using BenchmarkDotNet.Attributes;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Delivery;
using BrokerIm.MicroBenchmarks.Stages;
using Google.Protobuf;

namespace BrokerIm.MicroBenchmarks;

/// <summary>A chat message on the wire: what encoding the frames for its receiver and its sender costs. One message each.</summary>
[MemoryDiagnoser]
public class MessageCodec
{
    private static readonly ConversationId s_pair = Chat.PairOf(0);
    private static readonly UserId s_sender = Chat.LowOf(0);
    private static readonly ByteString s_id = Chat.Id(1);

    private readonly byte[] _frame = new byte[1024];

    /// <summary>The body that Persist writes once, and the header that a gateway puts before it.</summary>
    [Benchmark]
    public int EncodePush()
    {
        var body = new MessageBody(s_pair, s_sender.Value, 1_000, StillClock.NowMs, 1, Chat.Data, s_id);
        var length = body.CalculateSize();
        FrameHeader.For(Command.MsgData, length, sequence: 0).Write(_frame);
        body.WriteTo(_frame.AsSpan(FrameHeader.Size, length));
        return length;
    }

    /// <summary>The sender's answer.</summary>
    [Benchmark]
    public int EncodeAck() => new AckFrame
    {
        Sender = s_sender,
        Conversation = s_pair,
        MessageId = 1_000,
        Sequence = 7,
        ClientMessageId = s_id.Span,
        Status = SendStatus.Stored,
    }.Write(_frame);
}
