using System.Net;
using System.Numerics;
using BrokerIm.Cql.Types;

namespace BrokerIm.Cql;

/// <content>How values are added.</content>
public sealed partial class CqlValues
{
    /// <summary>Adds a null: the column is deleted.</summary>
    public CqlValues AddNull() => AddLength(Null);

    /// <summary>Leaves the column as it is. Protocol v4 and later.</summary>
    public CqlValues AddUnset()
    {
        AddLength(Unset);
        HasUnset = true;
        return this;
    }

    /// <summary>Adds a boolean.</summary>
    public CqlValues Add(bool value) => Add(value, Scalars.Boolean);

    /// <summary>Adds a tinyint.</summary>
    public CqlValues Add(sbyte value) => Add(value, Scalars.SByte);

    /// <summary>Adds a smallint.</summary>
    public CqlValues Add(short value) => Add(value, Scalars.Int16);

    /// <summary>Adds an int.</summary>
    public CqlValues Add(int value) => Add(value, Scalars.Int32);

    /// <summary>Adds a bigint or counter; also a timestamp in milliseconds since 1970 and a time in nanoseconds since midnight.</summary>
    public CqlValues Add(long value) => Add(value, Scalars.Int64);

    /// <summary>Adds a float.</summary>
    public CqlValues Add(float value) => Add(value, Scalars.Single);

    /// <summary>Adds a double.</summary>
    public CqlValues Add(double value) => Add(value, Scalars.Double);

    /// <summary>Adds a decimal; its scale is kept.</summary>
    public CqlValues Add(decimal value) => Add(value, Scalars.Decimal);

    /// <summary>Adds a decimal of any size.</summary>
    public CqlValues Add(CqlDecimal value) => Add(value, Scalars.ExactDecimal);

    /// <summary>Adds a varint.</summary>
    public CqlValues Add(BigInteger value) => Add(value, Scalars.Varint);

    /// <summary>Adds a text or ascii.</summary>
    /// <exception cref="CqlTypeException">It is not valid UTF-16, or not ASCII where that is wanted.</exception>
    public CqlValues Add(string value) => Add(value, Scalars.Text);

    /// <summary>Adds a uuid or timeuuid.</summary>
    public CqlValues Add(Guid value) => Add(value, Scalars.Guid);

    /// <summary>Adds an inet.</summary>
    public CqlValues Add(IPAddress value) => Add(value, Scalars.Inet);

    /// <summary>Adds a timestamp; what is finer than a millisecond is cut off.</summary>
    public CqlValues Add(DateTimeOffset value) => Add(value, Scalars.Timestamp);

    /// <summary>Adds a date.</summary>
    public CqlValues Add(DateOnly value) => Add(value, Scalars.Date);

    /// <summary>Adds a time.</summary>
    public CqlValues Add(TimeOnly value) => Add(value, Scalars.Time);

    /// <summary>Adds a blob.</summary>
    public CqlValues Add(ReadOnlySpan<byte> value)
    {
        if (Next() is { } parameter && !Scalars.Blob.Accepts(parameter.Type))
            throw Refused(parameter, Scalars.Blob);
        return AddRaw(value);
    }

    /// <summary>Adds a value of any type as its bytes are on the wire, without length. Nothing is checked.</summary>
    public CqlValues AddRaw(ReadOnlySpan<byte> value)
    {
        Next();
        _starts.Add(_buffer.Length);
        _buffer.Bytes(value);
        return this;
    }

    /// <summary>Adds a list. For lists of collections use <see cref="Add{T}(T, CqlCodec{T})"/>.</summary>
    public CqlValues AddList<T>(IReadOnlyCollection<T> values) =>
        Add(values as IReadOnlyList<T> ?? [.. values], CodecsOf<T>.List);

    /// <summary>Adds a set. For sets of collections use <see cref="Add{T}(T, CqlCodec{T})"/>.</summary>
    public CqlValues AddSet<T>(IReadOnlyCollection<T> values) =>
        Add(values as IReadOnlySet<T> ?? values.ToHashSet(), CodecsOf<T>.Set);

    /// <summary>Adds a map. For maps of collections use <see cref="Add{T}(T, CqlCodec{T})"/>.</summary>
    public CqlValues AddMap<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> values)
        where TKey : notnull => Add(values, MapCodecOf<TKey, TValue>.Map);

    /// <summary>Adds a tuple of two fields.</summary>
    public CqlValues AddTuple<T1, T2>(T1 first, T2 second) => Add((first, second), CodecsOf<T1, T2>.Tuple);

    /// <summary>Adds a tuple of three fields.</summary>
    public CqlValues AddTuple<T1, T2, T3>(T1 first, T2 second, T3 third) => Add((first, second, third), CodecsOf<T1, T2, T3>.Tuple);

    /// <summary>Adds a value by a codec of one's own making, such as one of lists of tuples.</summary>
    /// <exception cref="CqlTypeException">
    /// The parameter is of a type that the codec does not write, or the value is none of that type; the value is not added then.
    /// </exception>
    public CqlValues Add<T>(T value, CqlCodec<T> codec)
    {
        if (value is null)
            throw new ArgumentNullException(nameof(value), $"There is {nameof(AddNull)} for that.");

        var parameter = Next();
        if (parameter is not null && !codec.Accepts(parameter.Type))
            throw Refused(parameter, codec);

        var start = _buffer.Length;
        try
        {
            codec.WriteBytes(_buffer, value, parameter?.Type);
        }
        catch (CqlTypeException wrong)
        {
            _buffer.Truncate(start);
            throw new CqlTypeException($"{Describe(parameter)}: {wrong.Message}") { Request = _prepared?.Text };
        }

        _starts.Add(start);
        return this;
    }
}
