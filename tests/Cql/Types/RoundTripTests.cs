using System.Net;
using System.Numerics;
using System.Text;
using BrokerIm.Cql.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace BrokerIm.Cql.Tests.Types;

/// <summary>What is written is read back, over the whole range of every type.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void Scalars_come_back_as_they_were()
    {
        ComesBack(CqlTypes.Boolean, Any.Boolean, (values, value) => values.Add(value), row => row.GetBoolean(0));
        ComesBack(CqlTypes.Tinyint, Any.SByte, (values, value) => values.Add(value), row => row.GetSByte(0));
        ComesBack(CqlTypes.Smallint, Any.Int16, (values, value) => values.Add(value), row => row.GetInt16(0));
        ComesBack(CqlTypes.Int, Any.Int32, (values, value) => values.Add(value), row => row.GetInt32(0));
        ComesBack(CqlTypes.Bigint, Any.Int64, (values, value) => values.Add(value), row => row.GetInt64(0));
        ComesBack(CqlTypes.Counter, Any.Int64, (values, value) => values.Add(value), row => row.GetInt64(0));
        ComesBack(CqlTypes.Varint, Any.Varint, (values, value) => values.Add(value), row => row.GetVarint(0));
        ComesBack(CqlTypes.Decimal, Any.ExactDecimal, (values, value) => values.Add(value), row => row.GetExactDecimal(0));
        ComesBack(CqlTypes.Text, Any.Text, (values, value) => values.Add(value), row => row.GetString(0));
        ComesBack(CqlTypes.Ascii, Any.Ascii, (values, value) => values.Add(value), row => row.GetString(0));
        ComesBack(CqlTypes.Blob, Any.Blob, (values, value) => values.Add(value), row => row.GetBytes(0).ToArray());
        ComesBack(CqlTypes.Uuid, Any.Uuid, (values, value) => values.Add(value), row => row.GetGuid(0));
        ComesBack(CqlTypes.Timeuuid, Any.Uuid, (values, value) => values.Add(value), row => row.GetGuid(0));
        ComesBack(CqlTypes.Inet, Any.Inet, (values, value) => values.Add(value), row => row.GetInetAddress(0));
        ComesBack(CqlTypes.Timestamp, Any.Timestamp, (values, value) => values.Add(value), row => row.GetTimestamp(0));
        ComesBack(CqlTypes.Timestamp, Any.Int64, (values, value) => values.Add(value), row => row.GetInt64(0));
        ComesBack(CqlTypes.Date, Any.Date, (values, value) => values.Add(value), row => row.GetDate(0));
        ComesBack(CqlTypes.Time, Any.Time, (values, value) => values.Add(value), row => row.GetTime(0));
    }

    [Fact]
    public void Floating_numbers_come_back_bit_by_bit()
    {
        ComesBack(
            CqlTypes.Double, Any.Double.Select(BitConverter.DoubleToInt64Bits),
            (values, bits) => values.Add(BitConverter.Int64BitsToDouble(bits)), row => BitConverter.DoubleToInt64Bits(row.GetDouble(0)));
        ComesBack(
            CqlTypes.Float, Any.Single.Select(BitConverter.SingleToInt32Bits),
            (values, bits) => values.Add(BitConverter.Int32BitsToSingle(bits)), row => BitConverter.SingleToInt32Bits(row.GetSingle(0)));
    }

    [Fact]
    public void Decimals_come_back_with_their_scale() => Any.Holds(Any.Decimal, value =>
    {
        using var row = Written(CqlTypes.Decimal, values => values.Add(value));
        Assert.Equal(value, row.GetDecimal(0));
        Assert.Equal(value.Scale, row.GetDecimal(0).Scale);

        // The exact form, which takes another way, agrees.
        var exact = row.GetExactDecimal(0);
        Assert.Equal(value.Scale, exact.Scale);
        Assert.Equal(Unscaled(value), exact.Unscaled);
    });

    [Fact]
    public void Decimals_of_any_scale_are_read_right_or_not_at_all() =>
        Any.Holds(Gen.Zip(Any.Int64, Gen.Choose(-40, 70)), pair =>
        {
            var (digits, scale) = pair;
            using var row = Written(CqlTypes.Decimal, values => values.Add(new CqlDecimal(digits, scale)));
            try
            {
                var read = row.GetDecimal(0);
                Assert.Equal(
                    digits * BigInteger.Pow(10, 70 - scale), Unscaled(read) * BigInteger.Pow(10, 70 - read.Scale));
            }
            catch (CqlTypeException)
            {
                Assert.False(scale is >= 0 and <= 28, $"{digits} at scale {scale} fits.");
            }
        });

    [Fact]
    public void Text_comes_back_or_is_refused_when_it_is_no_unicode() => Any.Holds(Any.Utf16, text =>
    {
        var values = Sample.Prepared(CqlTypes.Text).Bind().Values;
        if (HasHalfPair(text))
        {
            Assert.Throws<CqlTypeException>(() => values.Add(text));
            Assert.Equal(0, values.Count);
            return;
        }

        using var row = Sample.Row(values.Add(text).Encoded, CqlTypes.Text);
        Assert.Equal(text, row.GetString(0));
    });

    [Fact]
    public void Collections_come_back_as_they_were()
    {
        ComesBack(
            CqlTypes.List(CqlTypes.Text), Any.Text.ArrayOf(), (values, list) => values.AddList(list), row => row.GetList<string>(0));
        ComesBack(
            CqlTypes.Set(CqlTypes.Uuid), Any.Uuid.ArrayOf().Select(Enumerable.ToHashSet),
            (values, set) => values.AddSet(set), row => row.GetSet<Guid>(0));
        ComesBack(
            CqlTypes.Map(CqlTypes.Int, CqlTypes.Blob), Map(Any.Int32, Any.Blob),
            (values, map) => values.AddMap(map), row => row.GetMap<int, byte[]>(0));
        ComesBack(
            CqlTypes.Tuple(CqlTypes.Bigint, CqlTypes.Text, CqlTypes.Date),
            Gen.Zip(Gen.Zip(Nullable(Any.Int64), Any.Text.OrNull()), Nullable(Any.Date)).Select(all => (all.Item1.Item1, all.Item1.Item2, all.Item2)),
            (values, tuple) => values.AddTuple(tuple.Item1, tuple.Item2, tuple.Item3), row => row.GetTuple<long?, string?, DateOnly?>(0));
    }

    [Fact]
    public void Sets_of_blobs_tell_them_apart_by_their_bytes()
    {
        using var row = Written(
            CqlTypes.Set(CqlTypes.Blob), values => values.Add(new HashSet<byte[]> { new byte[] { 1 } }, CqlCodec.Set(CqlCodec.Of<byte[]>())));
        Assert.Contains(new byte[] { 1 }, row.GetSet<byte[]>(0));
    }

    [Fact]
    public void Nested_collections_come_back_as_they_were()
    {
        var tuples = CqlCodec.Map(CqlCodec.Of<string>(), CqlCodec.List(CqlCodec.Tuple(CqlCodec.Of<int?>(), CqlCodec.Of<IPAddress>())));
        ComesBack(
            CqlTypes.Map(CqlTypes.Text, CqlTypes.List(CqlTypes.Tuple(CqlTypes.Int, CqlTypes.Inet))),
            Map(Any.Text, Gen.Zip(Nullable(Any.Int32), Any.Inet.OrNull()).Select(pair => (pair.Item1, pair.Item2)).ArrayOf()
                .Select(list => (IReadOnlyList<(int?, IPAddress)>)list)),
            (values, map) => values.Add(map, tuples), row => row.Get(0, tuples));

        var sets = CqlCodec.List(CqlCodec.Map(CqlCodec.Of<int>(), CqlCodec.Set(CqlCodec.Of<Guid>())));
        ComesBack(
            CqlTypes.List(CqlTypes.Map(CqlTypes.Int, CqlTypes.Set(CqlTypes.Uuid))),
            Map(Any.Int32, Any.Uuid.ArrayOf().Select(all => (IReadOnlySet<Guid>)all.ToHashSet())).ArrayOf()
                .Select(list => (IReadOnlyList<IReadOnlyDictionary<int, IReadOnlySet<Guid>>>)list),
            (values, list) => values.Add(list, sets), row => row.Get(0, sets));
    }

    [Fact]
    public void Values_of_one_row_do_not_touch_each_other() => Any.Holds(Gen.Zip(Gen.Zip(Any.Text, Any.Blob), Any.Int64), row =>
    {
        var ((text, blob), number) = row;
        CqlType[] types = [CqlTypes.Text, CqlTypes.Int, CqlTypes.Blob, CqlTypes.Bigint];
        var values = Sample.Prepared(types).Bind().Values.Add(text).AddNull().Add(blob).Add(number);
        using var read = Sample.Row(values.Encoded, types);
        Assert.Equal((text, true, number), (read.GetString(0), read.IsNull(1), read.GetInt64(3)));
        Assert.Equal(blob, read.GetBytes(2).ToArray());
        Assert.Equal(blob, values.BytesOf(2).ToArray());
        Assert.False(read.Read());
    });

    private static void ComesBack<T>(CqlType type, Gen<T> values, Func<CqlValues, T, CqlValues> add, Func<CqlRows, object?> get) =>
        Any.Holds(values, value =>
        {
            using var row = Written(type, all => add(all, value));
            Assert.Equal((object?)value, get(row));
        });

    private static CqlRows Written(CqlType type, Func<CqlValues, CqlValues> add) =>
        Sample.Row(add(Sample.Prepared(type).Bind().Values).Encoded, type);

    private static Gen<IReadOnlyDictionary<TKey, TValue>> Map<TKey, TValue>(Gen<TKey> keys, Gen<TValue> values)
        where TKey : notnull => Gen.Zip(keys, values).ArrayOf().Select(pairs =>
            (IReadOnlyDictionary<TKey, TValue>)pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2));

    private static Gen<T?> Nullable<T>(Gen<T> values)
        where T : struct => Gen.Frequency((4, values.Select(value => (T?)value)), (1, Gen.Constant<T?>(null)));

    private static BigInteger Unscaled(decimal value)
    {
        var bits = decimal.GetBits(value);
        var magnitude = ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0];
        return decimal.IsNegative(value) ? -magnitude : magnitude;
    }

    private static bool HasHalfPair(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
                return true;
            i += rune.Utf16SequenceLength - 1;
        }

        return false;
    }
}
