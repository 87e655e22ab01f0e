using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Wire;

/// <summary>
/// An <see cref="IMMsgData"/> on its way to the server, written without the generated code: the message id and the time are the
/// server's to fill in and go as 0.
/// </summary>
public readonly ref struct MessageBody : IPduBody
{
    // Tags are field number * 8 + wire type; all but field 21 take one byte.
    private const int FixedBytes = (5 * 1) + 1 + 1 + (2 + 1 + SendId.Size) + 1;

    /// <summary>Who sends; the server puts the logged-in user in its place.</summary>
    public required uint FromUserId { get; init; }

    /// <summary>The receiving user, or the group.</summary>
    public required uint ToSessionId { get; init; }

    /// <summary>Kind of message.</summary>
    public required MsgType Type { get; init; }

    /// <summary>Content.</summary>
    public required ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Names the message for every attempt to send it.</summary>
    public required SendId SendId { get; init; }

    public int CalculateSize() =>
        FixedBytes
        + FieldReader.SizeOf(FromUserId)
        + FieldReader.SizeOf(ToSessionId)
        + FieldReader.SizeOf((uint)Type)
        + FieldReader.SizeOf((uint)Data.Length)
        + Data.Length;

    public void WriteTo(Span<byte> destination)
    {
        var at = 0;
        at = Write(destination, at, 0x08, FromUserId);
        at = Write(destination, at, 0x10, ToSessionId);
        at = Write(destination, at, 0x18, 0);
        at = Write(destination, at, 0x20, 0);
        at = Write(destination, at, 0x28, (uint)Type);
        at = Write(destination, at, 0x32, (uint)Data.Length);
        Data.CopyTo(destination[at..]);
        at += Data.Length;

        // Field 21, length-delimited: 21 * 8 + 2 = 170 takes two bytes.
        destination[at++] = 0xAA;
        destination[at++] = 0x01;
        destination[at++] = SendId.Size;
        SendId.Write(destination[at..]);
    }

    private static int Write(Span<byte> destination, int at, byte tag, uint value)
    {
        destination[at++] = tag;
        for (; value >= 0x80; value >>= 7)
            destination[at++] = (byte)(value | 0x80);
        destination[at++] = (byte)value;
        return at;
    }
}
