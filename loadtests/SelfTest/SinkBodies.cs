using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.LoadTests.SelfTest;

/// <summary>Writes numbers the way protobuf does.</summary>
internal static class Varint
{
    public static int SizeOf(uint value) => (38 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>Writes a field; returns the place behind it.</summary>
    public static int Write(Span<byte> destination, int at, byte tag, uint value)
    {
        destination[at++] = tag;
        for (; value >= 0x80; value >>= 7)
            destination[at++] = (byte)(value | 0x80);
        destination[at++] = (byte)value;
        return at;
    }
}

/// <summary>An <see cref="IMMsgDataAck"/> without the generated code, which would cost more than everything else a sink does.</summary>
internal readonly ref struct SinkAck : IPduBody
{
    // Four tags of one byte, the session type, and field 22.
    private const int FixedBytes = 4 + 1 + 3;

    public required uint UserId { get; init; }

    public required uint SessionId { get; init; }

    public required uint MessageId { get; init; }

    public required SessionType SessionType { get; init; }

    public required SendStatus Status { get; init; }

    /// <summary>Field 21 as it came, tag and length included.</summary>
    public required ReadOnlySpan<byte> SendIdField { get; init; }

    public int CalculateSize() =>
        FixedBytes + Varint.SizeOf(UserId) + Varint.SizeOf(SessionId) + Varint.SizeOf(MessageId) + SendIdField.Length;

    public void WriteTo(Span<byte> destination)
    {
        var at = Varint.Write(destination, 0, 0x08, UserId);
        at = Varint.Write(destination, at, 0x10, SessionId);
        at = Varint.Write(destination, at, 0x18, MessageId);
        at = Varint.Write(destination, at, 0x20, (uint)SessionType);
        SendIdField.CopyTo(destination[at..]);
        at += SendIdField.Length;

        // Field 22, a varint: 22 * 8 = 176 takes two bytes.
        destination[at++] = 0xB0;
        destination[at++] = 0x01;
        destination[at] = (byte)Status;
    }
}

/// <summary>An <see cref="IMMsgData"/> on its way to a receiver.</summary>
internal readonly ref struct SinkDelivery : IPduBody
{
    // Six tags of one byte, and the time.
    private const int FixedBytes = 6 + 1;

    public required uint FromUserId { get; init; }

    public required uint ToSessionId { get; init; }

    public required uint MessageId { get; init; }

    public required MsgType Type { get; init; }

    public required ReadOnlySpan<byte> Data { get; init; }

    public int CalculateSize() =>
        FixedBytes + Varint.SizeOf(FromUserId) + Varint.SizeOf(ToSessionId) + Varint.SizeOf(MessageId)
        + Varint.SizeOf((uint)Type) + Varint.SizeOf((uint)Data.Length) + Data.Length;

    public void WriteTo(Span<byte> destination)
    {
        var at = Varint.Write(destination, 0, 0x08, FromUserId);
        at = Varint.Write(destination, at, 0x10, ToSessionId);
        at = Varint.Write(destination, at, 0x18, MessageId);
        at = Varint.Write(destination, at, 0x20, 1);
        at = Varint.Write(destination, at, 0x28, (uint)Type);
        at = Varint.Write(destination, at, 0x32, (uint)Data.Length);
        Data.CopyTo(destination[at..]);
    }
}
