using System.Buffers.Binary;
using Google.Protobuf;

namespace BrokerIm.Core.Values;

/// <summary>
/// The id a sender gives a message once and repeats on every retry: 6 bytes of milliseconds (server time) and 10 bytes that make
/// it unique among its sender's. A message with one id occurs at most once in its conversation.
/// </summary>
/// <param name="Upper">First eight bytes, big-endian: the time and two bytes of the unique part.</param>
/// <param name="Lower">Last eight bytes, big-endian.</param>
public readonly record struct ClientMessageId(ulong Upper, ulong Lower)
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Size = 16;

    /// <summary>When the id was made, in Unix milliseconds of server time.</summary>
    public long TimeMs => (long)(Upper >> 16);

    /// <summary>Reads sixteen bytes; anything else is not an id.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ClientMessageId id)
    {
        if (bytes.Length != Size)
        {
            id = default;
            return false;
        }

        id = new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        return true;
    }

    /// <summary>Makes an id from a time and at least ten bytes of hash.</summary>
    public static ClientMessageId Create(long timeMs, ReadOnlySpan<byte> unique) => new(
        ((ulong)timeMs << 16) | BinaryPrimitives.ReadUInt16BigEndian(unique),
        BinaryPrimitives.ReadUInt64BigEndian(unique[2..]));

    /// <summary>Writes the sixteen bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, Upper);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Lower);
    }

    /// <summary>The sixteen bytes as a protobuf field.</summary>
    public ByteString ToByteString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return ByteString.CopyFrom(bytes);
    }

    public override string ToString() => $"{Upper:x16}{Lower:x16}";
}
