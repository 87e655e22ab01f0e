using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Types;

/// <summary>A codec of single values.</summary>
internal abstract class ScalarCodec<T>(CqlTypeCode code, params CqlTypeCode[] others) : CqlCodec<T>
{
    public override string ToString() => typeof(T).Name;

    internal override bool Accepts(CqlType type) => type.Code == code || Array.IndexOf(others, type.Code) >= 0;
}

/// <summary>A codec of values that are all of one size.</summary>
internal abstract class FixedCodec<T>(int size, CqlTypeCode code, params CqlTypeCode[] others) : ScalarCodec<T>(code, others)
{
    internal sealed override void Write(WireBuffer buffer, T value, CqlType? type) => Put(buffer.Take(size), value);

    internal sealed override T Read(ReadOnlySpan<byte> bytes, CqlType type) => bytes.Length == size
        ? Get(bytes)
        : throw new CqlProtocolException($"A value of type {type} has {size} bytes, not {bytes.Length}.");

    protected abstract void Put(Span<byte> bytes, T value);

    protected abstract T Get(ReadOnlySpan<byte> bytes);
}

/// <summary>A codec of values that may be null.</summary>
internal sealed class NullableCodec<T>(CqlCodec<T> codec) : CqlCodec<T?>
    where T : struct
{
    public override string ToString() => $"{codec}?";

    internal override bool Accepts(CqlType type) => codec.Accepts(type);

    internal override void Write(WireBuffer buffer, T? value, CqlType? type) => codec.Write(buffer, value!.Value, type);

    internal override T? Read(ReadOnlySpan<byte> bytes, CqlType type) => codec.Read(bytes, type);
}
