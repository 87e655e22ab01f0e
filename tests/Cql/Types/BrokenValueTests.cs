using System.Net;
using System.Numerics;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Types;

/// <summary>Bytes that are no value of their type are the peer's fault, and never more than that.</summary>
public sealed class BrokenValueTests
{
    private static readonly (CqlType Type, Action<CqlRows> Get)[] s_readers =
    [
        (CqlTypes.Boolean, row => row.GetBoolean(0)),
        (CqlTypes.Tinyint, row => row.GetSByte(0)),
        (CqlTypes.Smallint, row => row.GetInt16(0)),
        (CqlTypes.Int, row => row.GetInt32(0)),
        (CqlTypes.Bigint, row => row.GetInt64(0)),
        (CqlTypes.Float, row => row.GetSingle(0)),
        (CqlTypes.Double, row => row.GetDouble(0)),
        (CqlTypes.Uuid, row => row.GetGuid(0)),
        (CqlTypes.Timestamp, row => row.GetTimestamp(0)),
        (CqlTypes.Date, row => row.GetDate(0)),
        (CqlTypes.Time, row => row.GetTime(0)),
        (CqlTypes.Decimal, row => row.GetDecimal(0)),
        (CqlTypes.Decimal, row => row.GetExactDecimal(0)),
        (CqlTypes.Varint, row => row.GetVarint(0)),
        (CqlTypes.Inet, row => row.GetInetAddress(0)),
        (CqlTypes.Text, row => row.GetString(0)),
        (CqlTypes.Ascii, row => row.GetString(0)),
        (CqlTypes.List(CqlTypes.Int), row => row.GetList<int>(0)),
        (CqlTypes.Set(CqlTypes.Varint), row => row.GetSet<BigInteger>(0)),
        (CqlTypes.Map(CqlTypes.Text, CqlTypes.Inet), row => row.GetMap<string, IPAddress>(0)),
        (CqlTypes.Tuple(CqlTypes.Int, CqlTypes.Text), row => row.GetTuple<int, string>(0)),
        (CqlTypes.List(CqlTypes.List(CqlTypes.Text)), row => row.Get(0, CqlCodec.List(CqlCodec.List(CqlCodec.Of<string>())))),
    ];

    [Fact]
    public void Whatever_comes_is_a_value_or_an_error_of_ours() => Any.Holds(Any.Blob, bytes =>
    {
        foreach (var (type, get) in s_readers)
        {
            using var row = Sample.Cell(bytes, type);
            var error = Record.Exception(() => get(row));
            Assert.True(error is null or CqlProtocolException or CqlTypeException, $"{type}: {error}");
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    public void A_value_of_another_size_is_refused(int size)
    {
        foreach (var (type, get) in s_readers[..11])
        {
            var own = type.Code switch
            {
                CqlTypeCode.Boolean or CqlTypeCode.Tinyint => 1,
                CqlTypeCode.Smallint => 2,
                CqlTypeCode.Int or CqlTypeCode.Float or CqlTypeCode.Date => 4,
                CqlTypeCode.Uuid => 16,
                _ => 8,
            };
            int[] wrongSizes = [0, size - 1, size + 1];
            foreach (var wrong in wrongSizes.Where(wrong => wrong != own))
            {
                using var row = Sample.Cell(new byte[wrong], type);
                var error = Assert.Throws<CqlProtocolException>(() => get(row));
                Assert.Contains($"c0 is of type {type}", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("varint", "")]
    [InlineData("decimal", "")]
    [InlineData("decimal", "00000001")]
    [InlineData("inet", "7f0000")]
    [InlineData("inet", "")]
    [InlineData("text", "ff")]
    [InlineData("text", "eda080")]
    [InlineData("ascii", "c3a9")]
    [InlineData("time", "00004e94914f0000")]
    [InlineData("time", "ffffffffffffffff")]
    public void What_the_type_does_not_allow_is_refused(string type, string hex)
    {
        var (column, get) = s_readers.First(reader => reader.Type.ToString() == type);
        using var row = Sample.Cell(Convert.FromHexString(hex), column);
        Assert.Throws<CqlProtocolException>(() => get(row));
    }

    [Fact]
    public void Collections_that_end_too_soon_or_too_late_are_refused()
    {
        Refused(CqlTypes.List(CqlTypes.Int), values => values.AddList(new[] { 1, 2 }), row => row.GetList<int>(0));
        Refused(CqlTypes.Set(CqlTypes.Text), values => values.AddSet(new[] { "a", "bc" }), row => row.GetSet<string>(0));
        Refused(
            CqlTypes.Map(CqlTypes.Int, CqlTypes.Text), values => values.AddMap(new Dictionary<int, string> { [1] = "a" }),
            row => row.GetMap<int, string>(0));
    }

    [Fact]
    public void Tuples_may_end_early_but_only_between_fields()
    {
        var type = CqlTypes.Tuple(CqlTypes.Int, CqlTypes.Int);
        var whole = Sample.Prepared(type).Bind().Values.AddTuple(1, 2).BytesOf(0).ToArray();
        using var early = Sample.Cell(whole.AsSpan(..8), type);
        Assert.Equal((1, null), early.GetTuple<int, int?>(0));
        Assert.Throws<CqlTypeException>(() => early.GetTuple<int, int>(0));

        foreach (var length in (int[])[1, 7, 9, 15])
        {
            using var cut = Sample.Cell(whole.AsSpan(..length), type);
            Assert.Throws<CqlProtocolException>(() => cut.GetTuple<int?, int?>(0));
        }

        using var late = Sample.Cell([.. whole, 0], type);
        Assert.Throws<CqlProtocolException>(() => late.GetTuple<int, int>(0));
    }

    [Theory]
    [InlineData("7fffffff")]
    [InlineData("ffffffff")]
    [InlineData("00000002ffffffff")]
    public void An_announced_count_takes_no_memory_before_it_is_believed(string hex)
    {
        foreach (var (type, get) in s_readers.Where(reader => reader.Type.Code is CqlTypeCode.List or CqlTypeCode.Set or CqlTypeCode.Map))
        {
            using var row = Sample.Cell(Convert.FromHexString(hex), type);
            Assert.Throws<CqlProtocolException>(() => get(row));
        }
    }

    [Fact]
    public void A_null_element_is_null_or_a_type_error()
    {
        var bytes = Convert.FromHexString("00000001ffffffff");
        using var numbers = Sample.Cell(bytes, CqlTypes.List(CqlTypes.Int));
        Assert.Throws<CqlTypeException>(() => numbers.GetList<int>(0));
        Assert.Equal([null], numbers.GetList<int?>(0));
        using var map = Sample.Cell([.. bytes, 0xff, 0xff, 0xff, 0xff], CqlTypes.Map(CqlTypes.Text, CqlTypes.Text));
        Assert.Throws<CqlProtocolException>(() => map.GetMap<string, string>(0));
    }

    [Fact]
    public void Rows_that_end_too_soon_are_refused()
    {
        CqlType[] types = [CqlTypes.Text, CqlTypes.Int];
        var cells = Sample.Prepared(types).Bind().Values.Add("abc").Add(1).Encoded.ToArray();
        for (var length = 0; length < cells.Length; length++)
        {
            using var rows = Sample.Unread(cells.AsSpan(..length), types);
            Assert.Throws<CqlProtocolException>(() => rows.Read());
        }
    }

    private static void Refused(CqlType type, Func<CqlValues, CqlValues> add, Action<CqlRows> get)
    {
        var whole = add(Sample.Prepared(type).Bind().Values).BytesOf(0).ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            using var cut = Sample.Cell(whole.AsSpan(..length), type);
            Assert.Throws<CqlProtocolException>(() => get(cut));
        }

        using var late = Sample.Cell([.. whole, 0], type);
        Assert.Throws<CqlProtocolException>(() => get(late));
    }
}
