namespace BrokerIm.Core.Conversations;

/// <summary>Writes protobuf fields into a span of exactly the right size.</summary>
internal ref struct ProtoSpanWriter(Span<byte> destination)
{
    private const uint VarintType = 0;
    private const uint BytesType = 2;

    private readonly Span<byte> _destination = destination;
    private int _written;

    /// <summary>A number; zero is written too, because required fields are on the wire whatever their value.</summary>
    public void Varint(uint field, uint value)
    {
        Raw((field << 3) | VarintType);
        Raw(value);
    }

    /// <summary>Length and bytes.</summary>
    public void Bytes(uint field, ReadOnlySpan<byte> value)
    {
        Raw((field << 3) | BytesType);
        Raw((uint)value.Length);
        value.CopyTo(_destination[_written..]);
        _written += value.Length;
    }

    private void Raw(uint value)
    {
        while (value >= 0x80)
        {
            _destination[_written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _destination[_written++] = (byte)value;
    }
}
