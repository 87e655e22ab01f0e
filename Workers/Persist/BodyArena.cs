using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using Google.Protobuf;

namespace BrokerIm.Workers.Persist;

/// <summary>
/// Memory for the bodies and metas of one batch, in a few large pieces. Never reused: rows, outbound record and bus messages
/// refer to it for as long as each of them needs.
/// </summary>
internal sealed class BodyArena
{
    private const int PieceBytes = 32 * 1024;

    private readonly MessageMeta _meta = new();
    private byte[] _piece = [];
    private int _used;

    /// <summary>
    /// The final <c>IMMsgData</c> (protocol chapter 03 section 2), fields ascending, written here once and opaque from here on. The
    /// client message id is there only when the client made it, so old clients see what they always saw.
    /// </summary>
    public ReadOnlyMemory<byte> WriteBody(PositionedEntry entry, Decision decision)
    {
        var pdu = entry.Entry;
        var receiver = entry.Conversation.IsGroup
            ? entry.Conversation.GroupId
            : entry.Conversation.PeerOf(new(pdu.Sender)).Value;
        var seconds = (uint)(decision.TimeMs / 1000);
        var size = 1 + CodedOutputStream.ComputeUInt32Size(pdu.Sender)
            + 1 + CodedOutputStream.ComputeUInt32Size(receiver)
            + 1 + CodedOutputStream.ComputeUInt32Size(decision.MessageId)
            + 1 + CodedOutputStream.ComputeUInt32Size(seconds)
            + 1 + CodedOutputStream.ComputeUInt32Size(pdu.MessageType)
            + 1 + CodedOutputStream.ComputeBytesSize(pdu.Data)
            + (pdu.ClientMadeId ? 2 + CodedOutputStream.ComputeBytesSize(pdu.ClientMessageId) : 0);

        var memory = Take(size);
        var output = new ProtoSpanWriter(memory.Span);
        output.Varint(1, pdu.Sender);
        output.Varint(2, receiver);
        output.Varint(3, decision.MessageId);
        output.Varint(4, seconds);
        output.Varint(5, pdu.MessageType);
        output.Bytes(6, pdu.Data.Span);
        if (pdu.ClientMadeId)
            output.Bytes(21, pdu.ClientMessageId.Span);
        return memory;
    }

    /// <summary>What the fold will read back.</summary>
    public ReadOnlyMemory<byte> WriteMeta(PositionedEntry entry, Decision decision, uint lowCount)
    {
        _meta.ClientMessageId = entry.Entry.ClientMessageId;
        _meta.Sender = entry.Entry.Sender;
        _meta.MessageType = entry.Entry.MessageType;
        _meta.TimeMs = (ulong)decision.TimeMs;
        _meta.LowCount = lowCount;
        _meta.Hash = decision.Hash;

        var memory = Take(_meta.CalculateSize());
        _meta.WriteTo(memory.Span);
        return memory;
    }

    private Memory<byte> Take(int size)
    {
        if (size > _piece.Length - _used)
        {
            _piece = GC.AllocateUninitializedArray<byte>(Math.Max(size, PieceBytes));
            _used = 0;
        }

        var memory = _piece.AsMemory(_used, size);
        _used += size;
        return memory;
    }
}
