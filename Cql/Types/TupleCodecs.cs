using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Types;

/// <summary>tuple: its fields as [bytes] each; fields that are missing at the end are null.</summary>
internal abstract class TupleCodec<TTuple>(int fields) : CqlCodec<TTuple>
{
    internal override bool Accepts(CqlType type) => type.Code == CqlTypeCode.Tuple && type.Parameters.Count == fields;

    internal sealed override TTuple Read(ReadOnlySpan<byte> bytes, CqlType type)
    {
        var reader = new WireReader(bytes);
        var tuple = Read(ref reader, type.Parameters);
        Elements.End(reader, type);
        return tuple;
    }

    protected abstract TTuple Read(ref WireReader reader, IReadOnlyList<CqlType> types);

    protected static T Field<T>(ref WireReader reader, CqlCodec<T> codec, CqlType type)
    {
        if (reader.Remaining > 0)
            return codec.ReadBytes(ref reader, type);
        return default(T) is null ? default! : throw new CqlTypeException($"A field of type {type} is missing; {codec} has no null.");
    }
}

/// <summary>A tuple of two fields.</summary>
internal sealed class TupleCodec<T1, T2>(CqlCodec<T1> first, CqlCodec<T2> second) : TupleCodec<(T1, T2)>(2)
{
    public override string ToString() => $"tuple of {first}, {second}";

    internal override bool Accepts(CqlType type) =>
        base.Accepts(type) && first.Accepts(type.Parameters[0]) && second.Accepts(type.Parameters[1]);

    internal override void Write(WireBuffer buffer, (T1, T2) value, CqlType? type)
    {
        first.WriteBytes(buffer, value.Item1, type?.Parameters[0]);
        second.WriteBytes(buffer, value.Item2, type?.Parameters[1]);
    }

    protected override (T1, T2) Read(ref WireReader reader, IReadOnlyList<CqlType> types) =>
        (Field(ref reader, first, types[0]), Field(ref reader, second, types[1]));
}

/// <summary>A tuple of three fields.</summary>
internal sealed class TupleCodec<T1, T2, T3>(CqlCodec<T1> first, CqlCodec<T2> second, CqlCodec<T3> third) : TupleCodec<(T1, T2, T3)>(3)
{
    public override string ToString() => $"tuple of {first}, {second}, {third}";

    internal override bool Accepts(CqlType type) =>
        base.Accepts(type) && first.Accepts(type.Parameters[0]) && second.Accepts(type.Parameters[1]) && third.Accepts(type.Parameters[2]);

    internal override void Write(WireBuffer buffer, (T1, T2, T3) value, CqlType? type)
    {
        first.WriteBytes(buffer, value.Item1, type?.Parameters[0]);
        second.WriteBytes(buffer, value.Item2, type?.Parameters[1]);
        third.WriteBytes(buffer, value.Item3, type?.Parameters[2]);
    }

    protected override (T1, T2, T3) Read(ref WireReader reader, IReadOnlyList<CqlType> types) =>
        (Field(ref reader, first, types[0]), Field(ref reader, second, types[1]), Field(ref reader, third, types[2]));
}
