using System.Buffers.Binary;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Types;

/// <summary>decimal: [int] scale, then the unscaled number as a varint. Scales are kept, so that 1.10 does not become 1.1.</summary>
internal sealed class DecimalCodec() : ScalarCodec<decimal>(CqlTypeCode.Decimal)
{
    private const int MaxScale = 28;
    private static readonly Int128 s_max = (Int128)decimal.MaxValue;

    internal override void Write(WireBuffer buffer, decimal value, CqlType? type)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        Int128 magnitude = new((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        buffer.Int(value.Scale);
        VarintCodec.Write(buffer, decimal.IsNegative(value) ? -magnitude : magnitude);
    }

    internal override decimal Read(ReadOnlySpan<byte> bytes, CqlType type)
    {
        var reader = new WireReader(bytes);
        var scale = reader.Int();
        if (VarintCodec.TryRead(reader.Take(reader.Remaining), out var unscaled) && TryFit(ref unscaled, ref scale))
        {
            var magnitude = Int128.Abs(unscaled);
            return new((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), unscaled < 0, (byte)scale);
        }

        throw new CqlTypeException(
            $"A number of scale {BinaryPrimitives.ReadInt32BigEndian(bytes)} and {bytes.Length - sizeof(int)} bytes does not fit into "
            + $"{nameof(Decimal)}; {nameof(CqlDecimal)} holds it.");
    }

    /// <summary>Moves zeros between number and scale until both fit.</summary>
    private static bool TryFit(ref Int128 unscaled, ref int scale)
    {
        if (unscaled == 0)
            scale = Math.Clamp(scale, 0, MaxScale);
        for (; scale > 0 && (scale > MaxScale || IsTooLarge(unscaled)) && unscaled % 10 == 0; scale--)
            unscaled /= 10;
        for (; scale < 0 && !IsTooLarge(unscaled); scale++)
            unscaled *= 10;
        return scale is >= 0 and <= MaxScale && !IsTooLarge(unscaled);
    }

    private static bool IsTooLarge(Int128 unscaled) => unscaled > s_max || unscaled < -s_max;
}

/// <summary>decimal of any size.</summary>
internal sealed class ExactDecimalCodec() : ScalarCodec<CqlDecimal>(CqlTypeCode.Decimal)
{
    internal override void Write(WireBuffer buffer, CqlDecimal value, CqlType? type)
    {
        buffer.Int(value.Scale);
        VarintCodec.Write(buffer, value.Unscaled);
    }

    internal override CqlDecimal Read(ReadOnlySpan<byte> bytes, CqlType type)
    {
        var reader = new WireReader(bytes);
        var scale = reader.Int();
        return new(VarintCodec.Read(reader.Take(reader.Remaining)), scale);
    }
}
