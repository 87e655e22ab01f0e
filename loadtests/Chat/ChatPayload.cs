using System.Buffers.Binary;

namespace BrokerIm.LoadTests.Chat;

/// <summary>
/// What a message of the scenario carries, so that its receiver can tell what it is: the run it belongs to, its number among the
/// messages of its sender, and when it was to be sent. The server neither knows nor minds.
/// </summary>
internal static class ChatPayload
{
    /// <summary>Smallest size of the data.</summary>
    public const int MinBytes = 24;

    /// <summary>Writes the head of the data.</summary>
    public static void Write(Span<byte> data, long run, long number, long intendedAt)
    {
        BinaryPrimitives.WriteInt64LittleEndian(data, run);
        BinaryPrimitives.WriteInt64LittleEndian(data[8..], number);
        BinaryPrimitives.WriteInt64LittleEndian(data[16..], intendedAt);
    }

    /// <summary>Reads it; false when the message belongs to another run, or is none of ours at all.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, long run, out long number, out long intendedAt)
    {
        if (data.Length < MinBytes || BinaryPrimitives.ReadInt64LittleEndian(data) != run)
        {
            number = intendedAt = 0;
            return false;
        }

        number = BinaryPrimitives.ReadInt64LittleEndian(data[8..]);
        intendedAt = BinaryPrimitives.ReadInt64LittleEndian(data[16..]);
        return true;
    }
}
