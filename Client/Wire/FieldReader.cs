using System.Numerics;

namespace BrokerIm.Client.Wire;

/// <summary>
/// Walks over the fields of a protobuf message in place. The two bodies that make up nearly all traffic are read this way; for the
/// rest the generated code is fast enough.
/// </summary>
internal ref struct FieldReader(ReadOnlySpan<byte> message)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Number of the current field.</summary>
    public uint Field { get; private set; }

    /// <summary>Value of the current field when it is a varint, otherwise 0.</summary>
    public ulong Number { get; private set; }

    /// <summary>Value of the current field when it is length-delimited, otherwise empty.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether the walk ended at something that is not protobuf.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Goes to the next field; false at the end and at malformed input.</summary>
    public bool TryNext()
    {
        if (_rest.IsEmpty)
            return false;
        if (!TryReadVarint(out var tag))
            return Fail();

        Field = (uint)(tag >> 3);
        Number = 0;
        Bytes = default;
        switch ((int)tag & 7)
        {
            case Varint when TryReadVarint(out var number):
                Number = number;
                return true;
            case LengthDelimited when TryReadVarint(out var length) && length <= (ulong)_rest.Length:
                Bytes = _rest[..(int)length];
                _rest = _rest[(int)length..];
                return true;
            case Fixed64 when _rest.Length >= sizeof(ulong):
                _rest = _rest[sizeof(ulong)..];
                return true;
            case Fixed32 when _rest.Length >= sizeof(uint):
                _rest = _rest[sizeof(uint)..];
                return true;
            default:
                return Fail();
        }
    }

    /// <summary>Bytes a number takes as a varint.</summary>
    public static int SizeOf(uint value) => (38 - BitOperations.LeadingZeroCount(value | 1)) / 7;

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (var index = 0; index < _rest.Length && index < 10; index++)
        {
            var part = _rest[index];
            value |= (ulong)(part & 0x7F) << (7 * index);
            if (part < 0x80)
            {
                _rest = _rest[(index + 1)..];
                return true;
            }
        }

        return false;
    }

    private bool Fail()
    {
        IsMalformed = true;
        return false;
    }
}
