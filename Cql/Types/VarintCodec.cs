using System.Buffers.Binary;
using System.Numerics;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Types;

/// <summary>varint: two's complement, big-endian, in as few bytes as hold the sign.</summary>
internal sealed class VarintCodec() : ScalarCodec<BigInteger>(CqlTypeCode.Varint)
{
    internal override void Write(WireBuffer buffer, BigInteger value, CqlType? type) => Write(buffer, value);

    internal override BigInteger Read(ReadOnlySpan<byte> bytes, CqlType type) => Read(bytes);

    internal static void Write(WireBuffer buffer, BigInteger value) =>
        value.TryWriteBytes(buffer.Take(value.GetByteCount()), out _, isBigEndian: true);

    /// <summary>The same for numbers that need no <see cref="BigInteger"/>.</summary>
    internal static void Write(WireBuffer buffer, Int128 value)
    {
        var bits = 128 - (int)Int128.LeadingZeroCount(value ^ (value >> 127)) + 1;
        Span<byte> all = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(all, value);
        buffer.Raw(all[^((bits + 7) / 8)..]);
    }

    internal static BigInteger Read(ReadOnlySpan<byte> bytes) => bytes.IsEmpty
        ? throw new CqlProtocolException("A varint has at least one byte.")
        : new(bytes, isBigEndian: true);

    /// <summary>False where it has more than 16 bytes.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out Int128 value)
    {
        value = 0;
        if (bytes.IsEmpty)
            throw new CqlProtocolException("A varint has at least one byte.");
        if (bytes.Length > 16)
            return false;

        Span<byte> all = stackalloc byte[16];
        all.Fill((sbyte)bytes[0] < 0 ? byte.MaxValue : byte.MinValue);
        bytes.CopyTo(all[^bytes.Length..]);
        value = BinaryPrimitives.ReadInt128BigEndian(all);
        return true;
    }
}
