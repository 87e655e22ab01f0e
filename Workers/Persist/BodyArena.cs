using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using Google.Protobuf;

namespace BrokerIm.Workers.Persist;

/// <summary>
/// Memory for the bodies and metas of one batch, in a few large pieces and hardly more than it needs. Never reused: rows, outbound
/// record and bus messages refer to it for as long as each of them needs.
/// </summary>
/// <param name="entries">What there will be bodies and metas of.</param>
internal sealed class BodyArena(List<PositionedEntry> entries)
{
    private const int PieceBytes = 32 * 1024;

    // Both but the data, with tags and lengths: 53 and 58 bytes at most.
    private const int FieldBytes = 111;

    private readonly MessageMeta _meta = new();
    private long _expected = entries.Sum(static entry => entry.Entry.Data.IsEmpty ? 0L : entry.Entry.Data.Length + FieldBytes);
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
            _piece = GC.AllocateUninitializedArray<byte>((int)Math.Max(size, Math.Min(_expected, PieceBytes)));
            _expected -= _piece.Length;
            _used = 0;
        }

        var memory = _piece.AsMemory(_used, size);
        _used += size;
        return memory;
    }
}
