namespace BrokerIm.Gateway.Delivery;

/// <summary>Writes protobuf fields into a buffer that is known to be long enough; for the few bodies built per message.</summary>
internal ref struct BodyWriter(Span<byte> buffer)
{
    private const int VarintType = 0;
    private const int LengthDelimitedType = 2;

    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Writes a number or an enum, zero included: clients refuse a message without its required fields.</summary>
    public void Number(int field, ulong value)
    {
        Varint(Tag(field, VarintType));
        Varint(value);
    }

    /// <summary>Writes a field of bytes.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(Tag(field, LengthDelimitedType));
        Varint((ulong)value.Length);
        value.CopyTo(_buffer[Length..]);
        Length += value.Length;
    }

    private static ulong Tag(int field, int wireType) => ((ulong)field << 3) | (uint)wireType;

    private void Varint(ulong value)
    {
        while (value > 0x7F)
        {
            _buffer[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[Length++] = (byte)value;
    }
}
