using System.Buffers;
using System.Buffers.Binary;

namespace BrokerIm.Contracts.Wire;

/// <summary>Cuts frames out of received bytes in place (protocol chapter 01 sections 3 and 9).</summary>
public static class FrameReader
{
    /// <summary>Takes the first frame off <paramref name="buffer"/>. Copies no body and allocates nothing.</summary>
    /// <param name="buffer">Received bytes; starts behind the frame afterwards, and is left alone when there is none.</param>
    /// <param name="maxFrameBytes">Largest frame to accept, header included.</param>
    /// <param name="header">The header as received; meaningful only with <see cref="FrameReadResult.Frame"/>.</param>
    /// <param name="body">A view into <paramref name="buffer"/>, valid as long as that is; may be empty.</param>
    /// <returns>A bad length is reported as soon as its four bytes are there, so no peer can make us wait for more.</returns>
    public static FrameReadResult TryRead(
        ref ReadOnlySequence<byte> buffer, int maxFrameBytes, out FrameHeader header, out ReadOnlySequence<byte> body)
    {
        header = default;
        body = ReadOnlySequence<byte>.Empty;

        if (buffer.Length < sizeof(uint))
            return FrameReadResult.Incomplete;

        var length = ReadLength(buffer);
        if (length < FrameHeader.Size)
            return FrameReadResult.Malformed;
        if (length > maxFrameBytes)
            return FrameReadResult.TooLarge;
        if (length > buffer.Length)
            return FrameReadResult.Incomplete;

        header = ReadHeader(buffer);
        body = buffer.Slice(FrameHeader.Size, length - FrameHeader.Size);
        buffer = buffer.Slice(length);
        return FrameReadResult.Frame;
    }

    // Signed 64 bits hold every announced length, so no comparison above can wrap.
    private static long ReadLength(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.FirstSpan.Length >= sizeof(uint))
            return BinaryPrimitives.ReadUInt32BigEndian(buffer.FirstSpan);

        Span<byte> joined = stackalloc byte[sizeof(uint)];
        buffer.Slice(0, sizeof(uint)).CopyTo(joined);
        return BinaryPrimitives.ReadUInt32BigEndian(joined);
    }

    private static FrameHeader ReadHeader(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.FirstSpan.Length >= FrameHeader.Size)
            return FrameHeader.Read(buffer.FirstSpan);

        Span<byte> joined = stackalloc byte[FrameHeader.Size];
        buffer.Slice(0, FrameHeader.Size).CopyTo(joined);
        return FrameHeader.Read(joined);
    }
}
