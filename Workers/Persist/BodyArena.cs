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

    /// <summary>What goes to the receivers; see <see cref="MessageBody"/>.</summary>
    public ReadOnlyMemory<byte> WriteBody(PositionedEntry entry, Decision decision)
    {
        var pdu = entry.Entry;
        var body = new MessageBody(
            entry.Conversation, pdu.Sender, decision.MessageId, decision.TimeMs, pdu.MessageType, pdu.Data,
            pdu.ClientMadeId ? pdu.ClientMessageId : null);
        var memory = Take(body.CalculateSize());
        body.WriteTo(memory.Span);
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
        _meta.ClientMadeId = entry.Entry.ClientMadeId;

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
