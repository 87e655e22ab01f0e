using System.Buffers;
using Google.Protobuf.Reflection;

namespace BrokerIm.Gateway.Commands;

/// <summary>
/// Walks over a body before it is parsed, building nothing: a list of a million elements and groups nested a thousand deep fit into
/// a small frame, and no sender is to decide how much memory and stack is spent on his bytes.
/// </summary>
/// <remarks>Whatever it calls unparsable the parser would refuse too, so nothing gets past it by being malformed.</remarks>
internal sealed class BodyOutline
{
    private const int WireTypeBits = 3;
    private const int VarintBits = 64;

    private readonly (uint Number, BodyOutline? Inner)[] _fields;
    private readonly int _elementsMax;
    private readonly int _nestingMax;

    /// <param name="message">What the body is to be parsed as. Its lists are of whole numbers, texts or messages.</param>
    /// <param name="elementsMax">Elements of all its lists together.</param>
    /// <param name="nestingMax">Messages and groups inside each other, the body itself not counted.</param>
    public BodyOutline(MessageDescriptor message, int elementsMax, int nestingMax)
    {
        (_elementsMax, _nestingMax) = (elementsMax, nestingMax);
        _fields =
        [
            .. message.Fields.InDeclarationOrder()
                .Where(static field => field.IsRepeated || field.FieldType == FieldType.Message)
                .Select(field => ((uint)field.FieldNumber, InnerOf(field))),
        ];

        BodyOutline? InnerOf(FieldDescriptor field) =>
            field.FieldType == FieldType.Message ? new(field.MessageType, elementsMax, nestingMax) : null;
    }

    /// <summary>Why the body is not to be parsed, as one of <see cref="FrameRejects"/>; null when it may be.</summary>
    public string? FaultOf(in ReadOnlySequence<byte> body)
    {
        var reader = new SequenceReader<byte>(body);
        var left = _elementsMax;
        return Walk(ref reader, body.Length, depth: 0, ref left);
    }

    private string? Walk(ref SequenceReader<byte> reader, long end, int depth, ref int left)
    {
        if (depth > _nestingMax)
            return FrameRejects.TooDeep;

        var groups = 0;
        while (reader.Consumed < end)
        {
            if (!TryReadVarint(ref reader, out var tag) || (uint)tag >> WireTypeBits is not (> 0 and var number))
                return FrameRejects.Unparsable;

            var fault = (WireType)(tag & ((1 << WireTypeBits) - 1)) switch
            {
                WireType.Varint => TryReadVarint(ref reader, out _) ? CountOne(number, groups, ref left) : FrameRejects.Unparsable,
                WireType.Fixed64 => Skip(ref reader, sizeof(ulong)),
                WireType.Fixed32 => Skip(ref reader, sizeof(uint)),
                WireType.Length => WalkLength(ref reader, end, number, groups, depth, ref left),
                WireType.StartGroup => depth + ++groups > _nestingMax ? FrameRejects.TooDeep : null,
                WireType.EndGroup => --groups < 0 ? FrameRejects.Unparsable : null,
                _ => FrameRejects.Unparsable,
            };
            if (fault is not null)
                return fault;
        }

        return reader.Consumed == end && groups == 0 ? null : FrameRejects.Unparsable;
    }

    private string? WalkLength(ref SequenceReader<byte> reader, long end, uint number, int groups, int depth, ref int left)
    {
        // The parser takes 32 bits of a length, signed.
        if (!TryReadVarint(ref reader, out var announced) || (int)announced is not (>= 0 and var length) || length > end - reader.Consumed)
            return FrameRejects.Unparsable;
        if (!TryFind(number, groups, out var inner))
            return Skip(ref reader, length);
        if (inner is null)
            return CountPacked(ref reader, length, ref left);
        return --left < 0 ? FrameRejects.TooMany : inner.Walk(ref reader, reader.Consumed + length, depth + 1, ref left);
    }

    private string? CountOne(uint number, int groups, ref int left) =>
        TryFind(number, groups, out _) && --left < 0 ? FrameRejects.TooMany : null;

    // Each number ends with the only one of its bytes that has no high bit. A text has more such bytes than elements, so it counts
    // for more than it is; nobody sends lists of texts.
    private static string? CountPacked(ref SequenceReader<byte> reader, int length, ref int left)
    {
        foreach (var segment in reader.UnreadSequence.Slice(0, length))
        {
            foreach (var part in segment.Span)
                left -= part < 0x80 ? 1 : 0;
        }

        reader.Advance(length);
        return left < 0 ? FrameRejects.TooMany : null;
    }

    // What is inside a group belongs to no field that anybody knows.
    private bool TryFind(uint number, int groups, out BodyOutline? inner)
    {
        inner = null;
        if (groups > 0)
            return false;
        foreach (var field in _fields)
        {
            if (field.Number != number)
                continue;
            inner = field.Inner;
            return true;
        }

        return false;
    }

    private static string? Skip(ref SequenceReader<byte> reader, int bytes)
    {
        if (reader.Remaining < bytes)
            return FrameRejects.Unparsable;
        reader.Advance(bytes);
        return null;
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < VarintBits && reader.TryRead(out var part); shift += 7)
        {
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return true;
        }

        return false;
    }

    // Of the protocol buffers encoding.
    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Length = 2,
        StartGroup = 3,
        EndGroup = 4,
        Fixed32 = 5,
    }
}
