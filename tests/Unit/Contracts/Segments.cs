using System.Buffers;

namespace BrokerIm.Tests.Unit.Contracts;

/// <summary>Bytes in several pieces, as a socket delivers them.</summary>
internal static class Segments
{
    /// <summary>Cuts <paramref name="bytes"/> at the given offsets, which must ascend.</summary>
    public static ReadOnlySequence<byte> Cut(ReadOnlyMemory<byte> bytes, params IEnumerable<int> offsets)
    {
        var (first, last, start) = (default(Segment), default(Segment), 0);
        foreach (var end in offsets.Append(bytes.Length))
        {
            last = new Segment(bytes[start..end], last);
            first ??= last;
            start = end;
        }
        return new(first!, 0, last!, last!.Memory.Length);
    }

    /// <summary>One byte in each piece.</summary>
    public static ReadOnlySequence<byte> OfOneByte(ReadOnlyMemory<byte> bytes) =>
        Cut(bytes, Enumerable.Range(1, bytes.Length - 1));

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is null)
                return;

            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
