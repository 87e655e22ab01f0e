using System.Buffers.Binary;

namespace BrokerIm.Cql.Wire;

/// <summary>What a frame carries (native protocol v4, section 2.4).</summary>
internal enum Opcode : byte
{
    Error = 0x00,
    Startup = 0x01,
    Ready = 0x02,
    Authenticate = 0x03,
    Options = 0x05,
    Supported = 0x06,
    Query = 0x07,
    Result = 0x08,
    Prepare = 0x09,
    Execute = 0x0A,
    Register = 0x0B,
    Event = 0x0C,
    Batch = 0x0D,
    AuthChallenge = 0x0E,
    AuthResponse = 0x0F,
    AuthSuccess = 0x10,
}

/// <summary>Flags of a frame (native protocol v4, section 2.2).</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,
    Compressed = 0x01,
    Tracing = 0x02,
    CustomPayload = 0x04,
    Warning = 0x08,
}

/// <summary>The nine bytes before each body (native protocol v3 and v4, section 2).</summary>
internal readonly record struct FrameHeader(int Version, FrameFlags Flags, short Stream, Opcode Opcode, int Length)
{
    public const int Size = 9;
    public const int FlagsOffset = 1;
    public const int StreamOffset = 2;
    public const int LengthOffset = 5;

    private const int ResponseBit = 0x80;

    /// <summary>Reads the header of an answer.</summary>
    /// <exception cref="CqlProtocolException">It is no answer, of a version that has another header, or longer than allowed.</exception>
    public static FrameHeader ReadAnswer(ReadOnlySpan<byte> bytes, int maxLength)
    {
        var version = bytes[0] & ~ResponseBit;
        if ((bytes[0] & ResponseBit) == 0 || version is < 3 or > 5)
            throw new CqlProtocolException($"An answer cannot begin with the byte 0x{bytes[0]:x2}; is this a CQL port?");

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[LengthOffset..]);
        if (length < 0 || length > maxLength)
            throw new CqlProtocolException($"An answer of {length} bytes; the limit is {maxLength}.");

        return new(
            version,
            (FrameFlags)bytes[FlagsOffset],
            BinaryPrimitives.ReadInt16BigEndian(bytes[StreamOffset..]),
            (Opcode)bytes[4],
            length);
    }

    /// <summary>Begins a request; <see cref="End"/> fills in its length, the connection its stream id.</summary>
    public static void Begin(WireBuffer frame, int version, FrameFlags flags, Opcode opcode)
    {
        frame.Clear();
        frame.Byte((byte)version);
        frame.Byte((byte)flags);
        frame.Short(0);
        frame.Byte((byte)opcode);
        frame.Int(0);
    }

    /// <summary>Fills in the length of a request's body.</summary>
    public static void End(WireBuffer frame) => frame.PatchInt(LengthOffset, frame.Length - Size);
}
