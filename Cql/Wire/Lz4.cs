using System.Buffers;
using System.Buffers.Binary;
using K4os.Compression.LZ4;

namespace BrokerIm.Cql.Wire;

/// <summary>
/// Compressed bodies (native protocol v4, section 5): the length of what was compressed as an [int], then one LZ4 block.
/// </summary>
internal static class Lz4
{
    /// <summary>Its name in STARTUP.</summary>
    public const string Name = "lz4";

    /// <summary>Smaller bodies hardly get smaller.</summary>
    private const int WorthwhileBytes = 256;

    /// <summary>Writes a frame with its body compressed, where that is worth it.</summary>
    /// <param name="frame">A whole frame.</param>
    /// <param name="compressed">Takes the same frame in its shorter form.</param>
    /// <returns>False where the frame stays as it is.</returns>
    public static bool TryCompress(WireBuffer frame, WireBuffer compressed)
    {
        var body = frame.Written[FrameHeader.Size..];
        if (body.Length < WorthwhileBytes)
            return false;

        compressed.Clear();
        compressed.Raw(frame.Written[..FrameHeader.Size]);
        compressed.Int(body.Length);
        var start = compressed.Length;
        var most = LZ4Codec.MaximumOutputSize(body.Length);
        compressed.Truncate(start + LZ4Codec.Encode(body, compressed.Take(most)));
        if (compressed.Length >= frame.Length)
            return false;

        compressed.PatchByte(FrameHeader.FlagsOffset, (byte)(compressed.Written[FrameHeader.FlagsOffset] | (byte)FrameFlags.Compressed));
        FrameHeader.End(compressed);
        return true;
    }

    /// <summary>Reads a compressed body.</summary>
    /// <exception cref="CqlProtocolException">It is none, or longer than allowed.</exception>
    public static Answer Decompress(FrameHeader header, ReadOnlySequence<byte> body, int maxLength)
    {
        if (header.Length < sizeof(int))
            throw new CqlProtocolException($"A compressed body of {header.Length} bytes.");

        var compressed = ArrayPool<byte>.Shared.Rent(header.Length);
        try
        {
            body.CopyTo(compressed);
            var length = BinaryPrimitives.ReadInt32BigEndian(compressed);
            if (length < 0 || length > maxLength)
                throw new CqlProtocolException($"An answer of {length} bytes; the limit is {maxLength}.");

            var buffer = length == 0 ? [] : ArrayPool<byte>.Shared.Rent(length);
            var answer = new Answer(header.Opcode, header.Flags & ~FrameFlags.Compressed, buffer, length);
            var block = compressed.AsSpan(sizeof(int), header.Length - sizeof(int));
            if (length == 0 || LZ4Codec.Decode(block, buffer.AsSpan(0, length)) == length)
                return answer;

            answer.Return();
            throw new CqlProtocolException("A compressed body is damaged.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }
    }
}
