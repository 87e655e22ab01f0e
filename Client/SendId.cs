using System.Buffers.Binary;

namespace BrokerIm.Client;

/// <summary>
/// Names one message before the server has given it a message id, and stays the same on every attempt to send it, so that however
/// often it is sent it is stored once. 6 bytes of time (Unix milliseconds, the server's clock) and 10 random bytes.
/// </summary>
/// <param name="Upper">First eight bytes, big-endian: the time and two random bytes.</param>
/// <param name="Lower">Last eight bytes, big-endian.</param>
public readonly record struct SendId(ulong Upper, ulong Lower)
{
    /// <summary>Length on the wire, in bytes.</summary>
    public const int Size = 16;

    /// <summary>When it was made, in Unix milliseconds of the server's clock.</summary>
    public long TimeMs => (long)(Upper >> 16);

    /// <summary>Makes a new one.</summary>
    /// <param name="serverTimeMs">The server's clock; it refuses an id that is ahead of it.</param>
    public static SendId Create(long serverTimeMs) =>
        new(((ulong)serverTimeMs << 16) | (ushort)Random.Shared.Next(), (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue));

    /// <summary>Reads sixteen bytes; anything else is not an id.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out SendId id)
    {
        if (bytes.Length != Size)
        {
            id = default;
            return false;
        }

        id = new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        return true;
    }

    /// <summary>Writes the sixteen bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, Upper);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Lower);
    }

    public override string ToString() => $"{Upper:x16}{Lower:x16}";
}
