using BrokerIm.Cql.Types;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql;

/// <summary>How a CLR type is written as a CQL value and read back (native protocol v4, section 6).</summary>
/// <remarks>Those of scalars come from <see cref="CqlCodec.Of{T}"/>; those of collections are made of them. All are safe to share.</remarks>
/// <typeparam name="T">The CLR type.</typeparam>
public abstract class CqlCodec<T>
{
    private protected CqlCodec()
    {
    }

    /// <summary>Whether values of this CQL type are written and read by it.</summary>
    internal abstract bool Accepts(CqlType type);

    /// <summary>Writes a value that is not null, without its length.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">One that is accepted; null where the statement's types are not known.</param>
    /// <exception cref="CqlTypeException">The CQL type does not hold this value.</exception>
    internal abstract void Write(WireBuffer buffer, T value, CqlType? type);

    /// <summary>Reads a value that is not null.</summary>
    /// <exception cref="CqlProtocolException">The bytes are no value of the type.</exception>
    /// <exception cref="CqlTypeException">They are, but one that the CLR type does not hold.</exception>
    internal abstract T Read(ReadOnlySpan<byte> bytes, CqlType type);

    /// <summary>Writes a value as [bytes], as it stands in collections and tuples.</summary>
    internal void WriteBytes(WireBuffer buffer, T value, CqlType? type)
    {
        if (value is null)
        {
            buffer.Int(CqlValues.Null);
            return;
        }

        var start = buffer.Length;
        buffer.Int(0);
        Write(buffer, value, type);
        buffer.PatchInt(start, buffer.Length - start - sizeof(int));
    }

    /// <summary>Reads a value as [bytes]; null becomes null where the CLR type has it.</summary>
    internal T ReadBytes(ref WireReader reader, CqlType type)
    {
        if (reader.TryBytes(out var bytes))
            return Read(bytes, type);
        return default(T) is null ? default! : throw new CqlTypeException($"A null inside; {this} has none.");
    }
}

/// <summary>Finds and makes codecs.</summary>
public static class CqlCodec
{
    /// <summary>The codec of a scalar CLR type or of its nullable form.</summary>
    /// <exception cref="CqlTypeException">No CQL type is read and written as this CLR type.</exception>
    public static CqlCodec<T> Of<T>() => CodecsOf<T>.Scalar;

    /// <summary>A list.</summary>
    public static CqlCodec<IReadOnlyList<T>> List<T>(CqlCodec<T> element) => new ListCodec<T>(element);

    /// <summary>A set.</summary>
    public static CqlCodec<IReadOnlySet<T>> Set<T>(CqlCodec<T> element) => new SetCodec<T>(element);

    /// <summary>A map.</summary>
    public static CqlCodec<IReadOnlyDictionary<TKey, TValue>> Map<TKey, TValue>(CqlCodec<TKey> key, CqlCodec<TValue> value)
        where TKey : notnull => new MapCodec<TKey, TValue>(key, value);

    /// <summary>A tuple of two fields.</summary>
    public static CqlCodec<(T1, T2)> Tuple<T1, T2>(CqlCodec<T1> first, CqlCodec<T2> second) => new TupleCodec<T1, T2>(first, second);

    /// <summary>A tuple of three fields.</summary>
    public static CqlCodec<(T1, T2, T3)> Tuple<T1, T2, T3>(CqlCodec<T1> first, CqlCodec<T2> second, CqlCodec<T3> third) =>
        new TupleCodec<T1, T2, T3>(first, second, third);
}
