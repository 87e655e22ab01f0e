using System.Buffers.Binary;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>Bytes that no client library would send.</summary>
internal static class Raw
{
    /// <summary>A frame whose length is announced as it is.</summary>
    public static byte[] Frame(ushort command, byte[] body, ushort sequence = 1)
    {
        var frame = new byte[FrameHeader.Size + body.Length];
        FrameHeader.For(command, body.Length, sequence).Write(frame);
        body.CopyTo(frame, FrameHeader.Size);
        return frame;
    }

    /// <inheritdoc cref="Frame(ushort, byte[], ushort)"/>
    public static byte[] Frame(ushort command, string hex, ushort sequence = 1) => Frame(command, Hex(hex), sequence);

    /// <summary>A heartbeat whose header says something else in one place.</summary>
    public static byte[] Heartbeat(uint length = FrameHeader.Size, ushort version = 1, ushort flag = 0, ushort service = 7, ushort reserved = 0)
    {
        var frame = new byte[FrameHeader.Size];
        new FrameHeader(length, version, flag, service, Command.Heartbeat, Sequence: 5, reserved).Write(frame);
        return frame;
    }

    /// <summary>Four bytes of length and no more.</summary>
    public static byte[] Length(uint length)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);
        return bytes;
    }

    /// <summary>One part after another, many times.</summary>
    public static byte[] Repeat(int times, params byte[] part)
    {
        var bytes = new byte[times * part.Length];
        for (var i = 0; i < times; i++)
            part.CopyTo(bytes, i * part.Length);
        return bytes;
    }

    /// <summary>A field of length-delimited bytes.</summary>
    public static byte[] Field(int number, byte[] value)
    {
        using var bytes = new MemoryStream();
        using (var output = new Google.Protobuf.CodedOutputStream(bytes, leaveOpen: true))
        {
            output.WriteTag(number, Google.Protobuf.WireFormat.WireType.LengthDelimited);
            output.WriteBytes(Google.Protobuf.ByteString.CopyFrom(value));
        }

        return bytes.ToArray();
    }

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
