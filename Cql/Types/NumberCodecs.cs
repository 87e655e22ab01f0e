using static System.Buffers.Binary.BinaryPrimitives;

namespace BrokerIm.Cql.Types;

/// <summary>boolean: one byte; anything but 0 is true.</summary>
internal sealed class BooleanCodec() : FixedCodec<bool>(sizeof(byte), CqlTypeCode.Boolean)
{
    protected override void Put(Span<byte> bytes, bool value) => bytes[0] = value ? (byte)1 : (byte)0;

    protected override bool Get(ReadOnlySpan<byte> bytes) => bytes[0] != 0;
}

/// <summary>tinyint.</summary>
internal sealed class SByteCodec() : FixedCodec<sbyte>(sizeof(sbyte), CqlTypeCode.Tinyint)
{
    protected override void Put(Span<byte> bytes, sbyte value) => bytes[0] = (byte)value;

    protected override sbyte Get(ReadOnlySpan<byte> bytes) => (sbyte)bytes[0];
}

/// <summary>smallint.</summary>
internal sealed class Int16Codec() : FixedCodec<short>(sizeof(short), CqlTypeCode.Smallint)
{
    protected override void Put(Span<byte> bytes, short value) => WriteInt16BigEndian(bytes, value);

    protected override short Get(ReadOnlySpan<byte> bytes) => ReadInt16BigEndian(bytes);
}

/// <summary>int.</summary>
internal sealed class Int32Codec() : FixedCodec<int>(sizeof(int), CqlTypeCode.Int)
{
    protected override void Put(Span<byte> bytes, int value) => WriteInt32BigEndian(bytes, value);

    protected override int Get(ReadOnlySpan<byte> bytes) => ReadInt32BigEndian(bytes);
}

/// <summary>bigint and counter, and, as plain numbers, timestamp (ms) and time (ns): more than the CLR's own types hold.</summary>
internal sealed class Int64Codec() : FixedCodec<long>(
    sizeof(long), CqlTypeCode.Bigint, CqlTypeCode.Counter, CqlTypeCode.Timestamp, CqlTypeCode.Time)
{
    protected override void Put(Span<byte> bytes, long value) => WriteInt64BigEndian(bytes, value);

    protected override long Get(ReadOnlySpan<byte> bytes) => ReadInt64BigEndian(bytes);
}

/// <summary>float.</summary>
internal sealed class SingleCodec() : FixedCodec<float>(sizeof(float), CqlTypeCode.Float)
{
    protected override void Put(Span<byte> bytes, float value) => WriteSingleBigEndian(bytes, value);

    protected override float Get(ReadOnlySpan<byte> bytes) => ReadSingleBigEndian(bytes);
}

/// <summary>double.</summary>
internal sealed class DoubleCodec() : FixedCodec<double>(sizeof(double), CqlTypeCode.Double)
{
    protected override void Put(Span<byte> bytes, double value) => WriteDoubleBigEndian(bytes, value);

    protected override double Get(ReadOnlySpan<byte> bytes) => ReadDoubleBigEndian(bytes);
}

/// <summary>uuid and timeuuid.</summary>
internal sealed class GuidCodec() : FixedCodec<Guid>(16, CqlTypeCode.Uuid, CqlTypeCode.Timeuuid)
{
    protected override void Put(Span<byte> bytes, Guid value) => value.TryWriteBytes(bytes, bigEndian: true, out _);

    protected override Guid Get(ReadOnlySpan<byte> bytes) => new(bytes, bigEndian: true);
}
