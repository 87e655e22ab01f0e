using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;
using BrokerIm.Cql.Types;

namespace BrokerIm.Cql;

/// <content>
/// The values of the current row. A getter that does not fit the column's type throws <see cref="CqlTypeException"/>; so does every
/// getter of a single value, texts and blobs included, on a null: ask <see cref="IsNull"/> first. Bytes that are no value of their
/// type throw <see cref="CqlProtocolException"/>.
/// </content>
public sealed partial class CqlRows
{
    /// <summary>A boolean.</summary>
    public bool GetBoolean(int column) => Value(column, Scalars.Boolean);

    /// <summary>A tinyint.</summary>
    public sbyte GetSByte(int column) => Value(column, Scalars.SByte);

    /// <summary>A smallint.</summary>
    public short GetInt16(int column) => Value(column, Scalars.Int16);

    /// <summary>An int.</summary>
    public int GetInt32(int column) => Value(column, Scalars.Int32);

    /// <summary>A bigint or counter; also a timestamp in milliseconds since 1970 and a time in nanoseconds since midnight.</summary>
    public long GetInt64(int column) => Value(column, Scalars.Int64);

    /// <summary>A float.</summary>
    public float GetSingle(int column) => Value(column, Scalars.Single);

    /// <summary>A double.</summary>
    public double GetDouble(int column) => Value(column, Scalars.Double);

    /// <summary>A decimal, with its scale where that fits.</summary>
    /// <exception cref="CqlTypeException">It has more digits than <see cref="decimal"/>; see <see cref="GetExactDecimal"/>.</exception>
    public decimal GetDecimal(int column) => Value(column, Scalars.Decimal);

    /// <summary>A decimal of any size.</summary>
    public CqlDecimal GetExactDecimal(int column) => Value(column, Scalars.ExactDecimal);

    /// <summary>A varint.</summary>
    public BigInteger GetVarint(int column) => Value(column, Scalars.Varint);

    /// <summary>A text or ascii.</summary>
    public string GetString(int column) => Value(column, Scalars.Text);

    /// <summary>A uuid or timeuuid.</summary>
    public Guid GetGuid(int column) => Value(column, Scalars.Guid);

    /// <summary>An inet.</summary>
    public IPAddress GetInetAddress(int column) => Value(column, Scalars.Inet);

    /// <summary>A timestamp.</summary>
    /// <exception cref="CqlTypeException">It lies outside the years 1 to 9999; see <see cref="GetInt64"/>.</exception>
    public DateTimeOffset GetTimestamp(int column) => Value(column, Scalars.Timestamp);

    /// <summary>A date.</summary>
    /// <exception cref="CqlTypeException">It lies outside the years 1 to 9999; see <see cref="GetRaw"/>.</exception>
    public DateOnly GetDate(int column) => Value(column, Scalars.Date);

    /// <summary>A time; what is finer than 100 ns is cut off (see <see cref="GetInt64"/>).</summary>
    public TimeOnly GetTime(int column) => Value(column, Scalars.Time);

    /// <summary>A blob, in the answer's buffer. For other types see <see cref="GetRaw"/>.</summary>
    public ReadOnlySpan<byte> GetBytes(int column)
    {
        Check(column, Scalars.Blob, nameof(GetBytes));
        return IsNull(column) ? throw NullIn(column, nameof(GetBytes)) : GetRaw(column);
    }

    /// <summary>A list; null reads as empty, since Cassandra keeps no empty collections outside of frozen ones.</summary>
    public IReadOnlyList<T> GetList<T>(int column) => IsEmpty(column, CodecsOf<T>.List) ? [] : Value(column, CodecsOf<T>.List);

    /// <summary>A set, in the order of the server; null reads as empty.</summary>
    public IReadOnlySet<T> GetSet<T>(int column) => IsEmpty(column, CodecsOf<T>.Set) ? new HashSet<T>() : Value(column, CodecsOf<T>.Set);

    /// <summary>A map; null reads as empty.</summary>
    public IReadOnlyDictionary<TKey, TValue> GetMap<TKey, TValue>(int column)
        where TKey : notnull =>
        IsEmpty(column, MapCodecOf<TKey, TValue>.Map) ? new Dictionary<TKey, TValue>() : Value(column, MapCodecOf<TKey, TValue>.Map);

    /// <summary>A tuple of two fields. Fields that may be null are asked for as nullable.</summary>
    public (T1 First, T2 Second) GetTuple<T1, T2>(int column) => Value(column, CodecsOf<T1, T2>.Tuple);

    /// <summary>A tuple of three fields. Fields that may be null are asked for as nullable.</summary>
    public (T1 First, T2 Second, T3 Third) GetTuple<T1, T2, T3>(int column) => Value(column, CodecsOf<T1, T2, T3>.Tuple);

    /// <summary>A value by a codec of one's own making, such as one of lists of tuples.</summary>
    public T Get<T>(int column, CqlCodec<T> codec) => Value(column, codec, nameof(Get));

    private T Value<T>(int column, CqlCodec<T> codec, [CallerMemberName] string getter = "")
    {
        Check(column, codec, getter);
        if (IsNull(column))
            throw NullIn(column, getter);

        try
        {
            return codec.Read(GetRaw(column), Columns[column].Type);
        }
        catch (CqlTypeException wrong)
        {
            throw new CqlTypeException($"{Describe(column)}: {wrong.Message}");
        }
        catch (CqlProtocolException broken)
        {
            throw new CqlProtocolException($"{Describe(column)}: {broken.Message}");
        }
    }

    private bool IsEmpty<T>(int column, CqlCodec<T> codec, [CallerMemberName] string getter = "")
    {
        Check(column, codec, getter);
        return IsNull(column);
    }

    private void Check<T>(int column, CqlCodec<T> codec, string getter)
    {
        if (!codec.Accepts(Columns[column].Type))
            throw new CqlTypeException($"{Describe(column)}, which {getter} does not read as {codec}.");
    }

    private CqlTypeException NullIn(int column, string getter) =>
        new($"{Describe(column)} and null in this row, which {getter} does not read.");

    private string Describe(int column) => $"Column {Columns[column].Name} is of type {Columns[column].Type}";
}
