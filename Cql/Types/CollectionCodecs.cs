using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Types;

/// <summary>list: [int] count and [bytes] each, in order.</summary>
internal sealed class ListCodec<T>(CqlCodec<T> element) : CqlCodec<IReadOnlyList<T>>
{
    public override string ToString() => $"list of {element}";

    internal override bool Accepts(CqlType type) => type.Code == CqlTypeCode.List && element.Accepts(type.Parameters[0]);

    internal override void Write(WireBuffer buffer, IReadOnlyList<T> value, CqlType? type) =>
        Elements.Write(buffer, value, element, type?.Parameters[0]);

    internal override IReadOnlyList<T> Read(ReadOnlySpan<byte> bytes, CqlType type)
    {
        var reader = new WireReader(bytes);
        var list = new T[reader.Count(sizeof(int))];
        for (var i = 0; i < list.Length; i++)
            list[i] = element.ReadBytes(ref reader, type.Parameters[0]);
        Elements.End(reader, type);
        return list;
    }
}

/// <summary>set: written as a list is; the server sorts it and drops what is there twice.</summary>
internal sealed class SetCodec<T>(CqlCodec<T> element) : CqlCodec<IReadOnlySet<T>>
{
    public override string ToString() => $"set of {element}";

    internal override bool Accepts(CqlType type) => type.Code == CqlTypeCode.Set && element.Accepts(type.Parameters[0]);

    internal override void Write(WireBuffer buffer, IReadOnlySet<T> value, CqlType? type) =>
        Elements.Write(buffer, value, element, type?.Parameters[0]);

    internal override IReadOnlySet<T> Read(ReadOnlySpan<byte> bytes, CqlType type)
    {
        var reader = new WireReader(bytes);
        var count = reader.Count(sizeof(int));
        var set = new HashSet<T>(count, Elements.Comparer<T>());
        for (var i = 0; i < count; i++)
            set.Add(element.ReadBytes(ref reader, type.Parameters[0]));
        Elements.End(reader, type);
        return set;
    }
}

/// <summary>map: [int] count, then key and value as [bytes] each.</summary>
internal sealed class MapCodec<TKey, TValue>(CqlCodec<TKey> key, CqlCodec<TValue> value) : CqlCodec<IReadOnlyDictionary<TKey, TValue>>
    where TKey : notnull
{
    public override string ToString() => $"map of {key} to {value}";

    internal override bool Accepts(CqlType type) =>
        type.Code == CqlTypeCode.Map && key.Accepts(type.Parameters[0]) && value.Accepts(type.Parameters[1]);

    internal override void Write(WireBuffer buffer, IReadOnlyDictionary<TKey, TValue> values, CqlType? type)
    {
        buffer.Int(values.Count);
        foreach (var (k, v) in values)
        {
            Elements.WriteOne(buffer, k, key, type?.Parameters[0]);
            Elements.WriteOne(buffer, v, value, type?.Parameters[1]);
        }
    }

    internal override IReadOnlyDictionary<TKey, TValue> Read(ReadOnlySpan<byte> bytes, CqlType type)
    {
        var reader = new WireReader(bytes);
        var count = reader.Count(2 * sizeof(int));
        var map = new Dictionary<TKey, TValue>(count, Elements.Comparer<TKey>());
        for (var i = 0; i < count; i++)
        {
            var k = key.ReadBytes(ref reader, type.Parameters[0]);
            if (k is null)
                throw new CqlProtocolException("A map has a null key.");
            map[k] = value.ReadBytes(ref reader, type.Parameters[1]);
        }

        Elements.End(reader, type);
        return map;
    }
}
