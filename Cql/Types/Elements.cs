using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Types;

/// <summary>What the collections have in common.</summary>
internal static class Elements
{
    public static void Write<T>(WireBuffer buffer, IReadOnlyCollection<T> values, CqlCodec<T> codec, CqlType? type)
    {
        buffer.Int(values.Count);
        foreach (var value in values)
            WriteOne(buffer, value, codec, type);
    }

    public static void WriteOne<T>(WireBuffer buffer, T value, CqlCodec<T> codec, CqlType? type)
    {
        if (value is null)
            throw new CqlTypeException("A collection does not hold nulls.");
        codec.WriteBytes(buffer, value, type);
    }

    public static void End(WireReader reader, CqlType type)
    {
        if (reader.Remaining != 0)
            throw new CqlProtocolException($"{reader.Remaining} bytes behind the end of a {type}.");
    }

    /// <summary>Byte arrays are told apart by what is in them, as CQL does.</summary>
    public static IEqualityComparer<T>? Comparer<T>() => BytesComparer.Instance as IEqualityComparer<T>;

    private sealed class BytesComparer : IEqualityComparer<byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj)
        {
            HashCode hash = default;
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
