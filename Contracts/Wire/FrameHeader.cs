using System.Buffers.Binary;

namespace BrokerIm.Contracts.Wire;

/// <summary>The 16 bytes in front of every body, all big-endian (protocol chapter 01 section 2).</summary>
/// <param name="Length">Bytes of the whole frame, these 16 included.</param>
/// <param name="Version">Protocol version of the sender; informational, differs between clients.</param>
/// <param name="Flag">Always 0.</param>
/// <param name="Service">Service number. Clients dispatch on it first; a server reads <paramref name="Command"/> alone.</param>
/// <param name="Command">Full command id; see <see cref="Wire.Command"/>.</param>
/// <param name="Sequence">Chosen by the requester and echoed in the answer; 0 when the server speaks first (section 4).</param>
/// <param name="Reserved">Informational, differs between clients.</param>
public readonly record struct FrameHeader(
    uint Length, ushort Version, ushort Flag, ushort Service, ushort Command, ushort Sequence, ushort Reserved)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 16;

    private const ushort ServerVersion = 1;

    /// <summary>The header of a frame that a server builds itself: version 1, flag and reserved 0, service to match.</summary>
    /// <param name="command">Full command id.</param>
    /// <param name="bodyLength">Bytes of the body alone.</param>
    /// <param name="sequence">The request's sequence, or 0 for a push: clients take any other value for an answer.</param>
    public static FrameHeader For(ushort command, int bodyLength, ushort sequence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bodyLength);
        var length = (uint)Size + (uint)bodyLength;
        return new(length, ServerVersion, Flag: 0, Wire.Command.ServiceOf(command), command, sequence, Reserved: 0);
    }

    /// <summary>Reads the header at the start of <paramref name="source"/> without judging any of its values.</summary>
    /// <param name="source">At least <see cref="Size"/> bytes.</param>
    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        Length: BinaryPrimitives.ReadUInt32BigEndian(source),
        Version: BinaryPrimitives.ReadUInt16BigEndian(source[4..]),
        Flag: BinaryPrimitives.ReadUInt16BigEndian(source[6..]),
        Service: BinaryPrimitives.ReadUInt16BigEndian(source[8..]),
        Command: BinaryPrimitives.ReadUInt16BigEndian(source[10..]),
        Sequence: BinaryPrimitives.ReadUInt16BigEndian(source[12..]),
        Reserved: BinaryPrimitives.ReadUInt16BigEndian(source[14..]));

    /// <summary>Writes the header to the start of <paramref name="destination"/>.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Length);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], Flag);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], Service);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], Command);
        BinaryPrimitives.WriteUInt16BigEndian(destination[12..], Sequence);
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], Reserved);
    }
}
