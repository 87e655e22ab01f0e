using System.Buffers;

namespace BrokerIm.Cql.Wire;

/// <summary>The body of an answer in a buffer rented from the shared pool. Whoever holds it gives the buffer back.</summary>
internal readonly struct Answer(Opcode opcode, FrameFlags flags, byte[] buffer, int length)
{
    public Opcode Opcode => opcode;

    public FrameFlags Flags => flags;

    /// <summary>Rented; longer than the body.</summary>
    public byte[] Buffer => buffer;

    public int Length => length;

    public ReadOnlySpan<byte> Body => buffer.AsSpan(0, length);

    /// <summary>Copies a body out of what was received.</summary>
    public static Answer Copy(FrameHeader header, ReadOnlySequence<byte> body)
    {
        var buffer = header.Length == 0 ? [] : ArrayPool<byte>.Shared.Rent(header.Length);
        body.CopyTo(buffer);
        return new(header.Opcode, header.Flags, buffer, header.Length);
    }

    public void Return()
    {
        if (buffer is { Length: > 0 })
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
