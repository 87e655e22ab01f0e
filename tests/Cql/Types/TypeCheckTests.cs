using System.Net;
using System.Numerics;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Types;

/// <summary>Values and getters that do not fit are told apart before anything is sent or misread.</summary>
public sealed class TypeCheckTests
{
    private static readonly CqlType[] s_all =
    [
        CqlTypes.Ascii, CqlTypes.Bigint, CqlTypes.Blob, CqlTypes.Boolean, CqlTypes.Counter, CqlTypes.Date, CqlTypes.Decimal,
        CqlTypes.Double, CqlTypes.Float, CqlTypes.Inet, CqlTypes.Int, CqlTypes.Smallint, CqlTypes.Text, CqlTypes.Time,
        CqlTypes.Timestamp, CqlTypes.Timeuuid, CqlTypes.Tinyint, CqlTypes.Uuid, CqlTypes.Varint, CqlTypes.UserType,
        new(CqlTypeCode.Custom, [], "com.example.Type"), CqlTypes.List(CqlTypes.Int), CqlTypes.List(CqlTypes.Text),
        CqlTypes.Set(CqlTypes.Int), CqlTypes.Map(CqlTypes.Int, CqlTypes.Int), CqlTypes.Tuple(CqlTypes.Int, CqlTypes.Int),
        CqlTypes.Tuple(CqlTypes.Int, CqlTypes.Int, CqlTypes.Int),
    ];

    private static readonly (Action<CqlValues> Add, Action<CqlRows> Get, string[] Types)[] s_pairs =
    [
        (values => values.Add(true), row => row.GetBoolean(0), ["boolean"]),
        (values => values.Add((sbyte)1), row => row.GetSByte(0), ["tinyint"]),
        (values => values.Add((short)1), row => row.GetInt16(0), ["smallint"]),
        (values => values.Add(1), row => row.GetInt32(0), ["int"]),
        (values => values.Add(1L), row => row.GetInt64(0), ["bigint", "counter", "timestamp", "time"]),
        (values => values.Add(1f), row => row.GetSingle(0), ["float"]),
        (values => values.Add(1d), row => row.GetDouble(0), ["double"]),
        (values => values.Add(1m), row => row.GetDecimal(0), ["decimal"]),
        (values => values.Add(new CqlDecimal(1, 0)), row => row.GetExactDecimal(0), ["decimal"]),
        (values => values.Add(BigInteger.One), row => row.GetVarint(0), ["varint"]),
        (values => values.Add("a"), row => row.GetString(0), ["text", "ascii"]),
        (values => values.Add("a"u8), row => row.GetBytes(0), ["blob"]),
        (values => values.Add(Guid.Empty), row => row.GetGuid(0), ["uuid", "timeuuid"]),
        (values => values.Add(IPAddress.Loopback), row => row.GetInetAddress(0), ["inet"]),
        (values => values.Add(DateTimeOffset.UnixEpoch), row => row.GetTimestamp(0), ["timestamp"]),
        (values => values.Add(DateOnly.MinValue), row => row.GetDate(0), ["date"]),
        (values => values.Add(TimeOnly.MinValue), row => row.GetTime(0), ["time"]),
        (values => values.AddList(new[] { 1 }), row => row.GetList<int>(0), ["list<int>"]),
        (values => values.AddSet(new[] { 1 }), row => row.GetSet<int>(0), ["set<int>"]),
        (values => values.AddMap(new Dictionary<int, int> { [1] = 2 }), row => row.GetMap<int, int>(0), ["map<int, int>"]),
        (values => values.AddTuple(1, 2), row => row.GetTuple<int, int>(0), ["tuple<int, int>"]),
        (values => values.AddTuple(1, 2, 3), row => row.GetTuple<int, int, int>(0), ["tuple<int, int, int>"]),
    ];

    [Fact]
    public void Each_value_is_taken_by_its_types_only_and_read_by_the_same()
    {
        foreach (var (add, get, types) in s_pairs)
        {
            foreach (var type in s_all)
            {
                var values = Sample.Prepared(type).Bind().Values;
                using var row = Sample.Row(new CqlStatement("any").Values.AddNull().Encoded, type);
                if (types.Contains(type.ToString()))
                {
                    add(values);
                    Assert.Equal(1, values.Count);
                    continue;
                }

                var refused = Assert.Throws<CqlTypeException>(() => add(values));
                Assert.Contains($"p0 of type {type}, takes no", refused.Message, StringComparison.Ordinal);
                Assert.Contains("[INSERT sample]", refused.Message, StringComparison.Ordinal);
                Assert.Equal((0, 0), (values.Count, values.Encoded.Length));
                var unread = Assert.Throws<CqlTypeException>(() => get(row));
                Assert.Contains($"c0 is of type {type}, which Get", unread.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void An_error_names_what_was_given_and_who_was_asked()
    {
        var refused = Assert.Throws<CqlTypeException>(
            () => Sample.Prepared(CqlTypes.Int, CqlTypes.List(CqlTypes.Text)).Bind().Values.Add(1).AddList(new[] { 1 }));
        Assert.Equal("Value 2, p1 of type list<text>, takes no list of Int32. [INSERT sample]", refused.Message);

        using var row = Sample.Cell([1], CqlTypes.Tinyint);
        var unread = Assert.Throws<CqlTypeException>(() => row.GetMap<string, int>(0));
        Assert.Equal("Column c0 is of type tinyint, which GetMap does not read as map of String to Int32.", unread.Message);
        Assert.Contains("which Get does not", Assert.Throws<CqlTypeException>(() => row.Get(0, CqlCodec.Of<int>())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Single_nulls_are_asked_for_and_not_read()
    {
        foreach (var (_, get, types) in s_pairs)
        {
            var type = s_all.Single(type => type.ToString() == types[0]);
            using var row = Sample.Row(new CqlStatement("any").Values.AddNull().Encoded, type);
            Assert.True(row.IsNull(0));
            Assert.True(row.GetRaw(0).IsEmpty);
            if (type.Code is CqlTypeCode.List or CqlTypeCode.Set or CqlTypeCode.Map)
                get(row);
            else
                Assert.Contains("c0 is of type", Assert.Throws<CqlTypeException>(() => get(row)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Collections_that_are_null_are_empty()
    {
        CqlType[] types = [CqlTypes.List(CqlTypes.Int), CqlTypes.Set(CqlTypes.Int), CqlTypes.Map(CqlTypes.Int, CqlTypes.Int)];
        using var row = Sample.Row(new CqlStatement("any").Values.AddNull().AddNull().AddNull().Encoded, types);
        Assert.Empty(row.GetList<int>(0));
        Assert.Empty(row.GetSet<int>(1));
        Assert.Empty(row.GetMap<int, int>(2));
    }

    [Fact]
    public void Values_beyond_the_last_parameter_are_refused()
    {
        foreach (var add in (Action<CqlValues>[])
            [values => values.Add(2), values => values.AddNull(), values => values.AddRaw([]), values => values.AddList(new[] { 1 })])
        {
            var values = Sample.Prepared(CqlTypes.Int).Bind().Values.Add(1);
            Assert.Throws<CqlTypeException>(() => add(values));
            Assert.Equal(1, values.Count);
        }
    }

    [Fact]
    public void Values_of_plain_text_are_taken_as_they_come()
    {
        var values = new CqlStatement("any").Values.Add(1).Add("a").AddList(new[] { 1L });
        Assert.Equal(3, values.Count);
    }

    [Fact]
    public void A_value_that_cannot_be_written_leaves_no_trace()
    {
        var values = Sample.Prepared(CqlTypes.Int, CqlTypes.List(CqlTypes.Text)).Bind().Values.Add(7);
        var before = values.Encoded.ToArray();
        var refused = Assert.Throws<CqlTypeException>(() => values.AddList(new[] { "fine", "\ud800" }));
        Assert.Contains("p1 of type list<text>", refused.Message, StringComparison.Ordinal);
        Assert.Throws<CqlTypeException>(() => values.AddList(new[] { "fine", null! }));
        Assert.Throws<ArgumentNullException>(() => values.Add(null!, CqlCodec.List(CqlCodec.Of<string>())));
        Assert.Equal(before, values.Encoded.ToArray());
        Assert.Equal(2, values.AddList(new[] { "fine" }).Count);
    }

    [Fact]
    public void Ascii_takes_no_other_characters()
    {
        Assert.Throws<CqlTypeException>(() => Sample.Prepared(CqlTypes.Ascii).Bind().Values.Add("\u00e9"));
    }

    [Fact]
    public void Clr_types_without_a_codec_are_named()
    {
        var unknown = Assert.Throws<CqlTypeException>(() => new CqlStatement("any").Values.AddList(new[] { new Uri("urn:a") }));
        Assert.Contains("System.Uri", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("Int32", unknown.Message, StringComparison.Ordinal);
        Assert.Throws<CqlTypeException>(CqlCodec.Of<List<int>>);
    }

    [Fact]
    public void Any_type_is_read_and_written_raw()
    {
        foreach (var type in s_all)
        {
            using var row = Sample.Row(Sample.Prepared(type).Bind().Values.AddRaw([1, 2, 3]).Encoded, type);
            Assert.Equal<byte>([1, 2, 3], row.GetRaw(0).ToArray());
        }
    }

    [Fact]
    public void Scalars_are_written_and_read_without_allocation()
    {
        CqlType[] types = [CqlTypes.Int, CqlTypes.Bigint, CqlTypes.Decimal, CqlTypes.Uuid, CqlTypes.Timestamp, CqlTypes.Blob, CqlTypes.Text];
        var values = Sample.Prepared(types).Bind().Values;
        Fill();
        using var row = Sample.Row(values.Encoded, types);
        Assert.Equal(Sum(), Sum());

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            values.Clear();
            Fill();
            Sum();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Fill() => values.Add(1).Add(2L).Add(-3.5m).Add(Guid.Empty).Add(DateTimeOffset.UnixEpoch).Add("blob"u8).Add("text");

        decimal Sum() => row.GetInt32(0) + row.GetInt64(1) + row.GetDecimal(2) + row.GetGuid(3).Version
            + row.GetTimestamp(4).Year + row.GetBytes(5).Length;
    }
}
