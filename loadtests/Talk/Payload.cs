using System.Buffers.Binary;

namespace BrokerIm.LoadTests.Talk;

/// <summary>
/// What a message of a scenario carries, so that its receiver can tell what it is: the run it belongs to, who sent it, its number
/// among the messages of its sender, and when it was to be sent. The server neither knows nor minds.
/// </summary>
/// <param name="Sender">Which of the conversation's senders, from 0.</param>
/// <param name="Number">Counts the sender's messages, from 0.</param>
/// <param name="IntendedAt">Timestamp of the moment it was to be sent.</param>
internal readonly record struct Payload(int Sender, long Number, long IntendedAt)
{
    /// <summary>Smallest size of the data.</summary>
    public const int MinBytes = 24;

    /// <summary>Writes the head of the data.</summary>
    public void Write(Span<byte> data, int run)
    {
        BinaryPrimitives.WriteInt32LittleEndian(data, run);
        BinaryPrimitives.WriteInt32LittleEndian(data[4..], Sender);
        BinaryPrimitives.WriteInt64LittleEndian(data[8..], Number);
        BinaryPrimitives.WriteInt64LittleEndian(data[16..], IntendedAt);
    }

    /// <summary>Reads it; false when the message belongs to another run, or is none of ours at all.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, int run, out Payload payload)
    {
        if (data.Length < MinBytes || BinaryPrimitives.ReadInt32LittleEndian(data) != run)
        {
            payload = default;
            return false;
        }

        payload = new(
            BinaryPrimitives.ReadInt32LittleEndian(data[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(data[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(data[16..]));
        return true;
    }
}
