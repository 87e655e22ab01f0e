using System.Globalization;
using System.Net;
using System.Numerics;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Types;

/// <summary>The bytes that native protocol v4, section 6, asks for, written and read.</summary>
public sealed class EncodingTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(1, "01")]
    [InlineData(127, "7f")]
    [InlineData(128, "0080")]
    [InlineData(129, "0081")]
    [InlineData(-1, "ff")]
    [InlineData(-128, "80")]
    [InlineData(-129, "ff7f")]
    public void Varints_are_as_in_the_table_of_the_specification(int value, string hex) => Both(CqlTypes.Varint, (BigInteger)value, hex);

    [Fact]
    public void Varints_have_no_bounds()
    {
        Both(CqlTypes.Varint, BigInteger.One << 128, "01" + new string('0', 32));
        Both(CqlTypes.Varint, -(BigInteger.One << 127), "80" + new string('0', 30));
    }

    [Fact]
    public void Whole_numbers_are_big_endian_twos_complement()
    {
        Both(CqlTypes.Tinyint, (sbyte)-2, "fe");
        Both(CqlTypes.Smallint, (short)-2, "fffe");
        Both(CqlTypes.Int, 0x01020304, "01020304");
        Both(CqlTypes.Int, int.MinValue, "80000000");
        Both(CqlTypes.Bigint, 0x0102030405060708, "0102030405060708");
        Both(CqlTypes.Counter, -1L, "ffffffffffffffff");
    }

    [Fact]
    public void Floating_numbers_are_big_endian_ieee_754()
    {
        Both(CqlTypes.Float, 1.5f, "3fc00000");
        Both(CqlTypes.Double, -2.0, "c000000000000000");
    }

    [Fact]
    public void Booleans_are_one_byte_and_anything_but_zero_is_true()
    {
        Both(CqlTypes.Boolean, true, "01");
        Both(CqlTypes.Boolean, false, "00");
        using var row = Sample.Cell([0x80], CqlTypes.Boolean);
        Assert.True(row.GetBoolean(0));
    }

    [Theory]
    [InlineData("0", "0000000000")]
    [InlineData("1.10", "000000026e")]
    [InlineData("-1.28", "0000000280")]
    [InlineData("1.28", "000000020080")]
    [InlineData("79228162514264337593543950335", "0000000000ffffffffffffffffffffffff")]
    [InlineData("-0.0000000000000000000000000001", "0000001cff")]
    public void Decimals_are_scale_and_varint(string value, string hex)
    {
        var number = decimal.Parse(value, CultureInfo.InvariantCulture);
        Both(CqlTypes.Decimal, number, hex);
        Assert.Equal(value, Read(CqlTypes.Decimal, hex, CqlCodec.Of<decimal>()).ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Decimals_with_another_scale_are_read_where_the_number_fits()
    {
        Assert.Equal(1200m, Read(CqlTypes.Decimal, "fffffffe0c", CqlCodec.Of<decimal>()));
        Assert.Equal(0m, Read(CqlTypes.Decimal, "7fffffff00", CqlCodec.Of<decimal>()));
        Assert.Equal(0m, Read(CqlTypes.Decimal, "8000000000", CqlCodec.Of<decimal>()));
        var one = Sample.Hex(CqlTypes.Decimal, values => values.Add(new CqlDecimal(BigInteger.Pow(10, 38), 38)));
        Assert.Equal(1m, Read(CqlTypes.Decimal, one, CqlCodec.Of<decimal>()));
    }

    [Theory]
    [InlineData(1, 29)]
    [InlineData(1, int.MinValue)]
    [InlineData(1, -29)]
    [InlineData(1, int.MaxValue)]
    public void Decimals_that_do_not_fit_say_so_and_are_read_exactly(int unscaled, int scale)
    {
        using var row = Sample.Row(new CqlStatement("any").Values.Add(new CqlDecimal(unscaled, scale)).Encoded, CqlTypes.Decimal);
        var wrong = Assert.Throws<CqlTypeException>(() => row.GetDecimal(0));
        Assert.Contains("c0 is of type decimal", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(new(unscaled, scale), row.GetExactDecimal(0));
    }

    [Fact]
    public void Decimals_with_too_many_digits_are_not_rounded()
    {
        var tooMany = (BigInteger)decimal.MaxValue + 1;
        foreach (var unscaled in new[] { tooMany, -tooMany, BigInteger.Pow(10, 60) })
        {
            using var row = Sample.Row(new CqlStatement("any").Values.Add(new CqlDecimal(unscaled, 0)).Encoded, CqlTypes.Decimal);
            Assert.Throws<CqlTypeException>(() => row.GetDecimal(0));
        }
    }

    [Fact]
    public void Texts_are_utf_8_and_ascii_is_ascii()
    {
        Both(CqlTypes.Text, "a\u00e9\u20ac\U0001F600", "61c3a9e282acf09f9880");
        Both(CqlTypes.Text, "", "");
        Both(CqlTypes.Ascii, "az", "617a");
    }

    [Fact]
    public void Blobs_are_their_bytes()
    {
        Assert.Equal("00ff", Sample.Hex(CqlTypes.Blob, values => values.Add([0x00, 0xff])));
        using var row = Sample.Cell([0x00, 0xff], CqlTypes.Blob);
        Assert.Equal<byte>([0x00, 0xff], row.GetBytes(0).ToArray());
        Both(CqlTypes.Blob, new byte[] { 1, 2 }, "0102");
    }

    [Fact]
    public void Uuids_are_in_the_order_of_their_digits()
    {
        var uuid = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        Both(CqlTypes.Uuid, uuid, "00112233445566778899aabbccddeeff");
        Both(CqlTypes.Timeuuid, uuid, "00112233445566778899aabbccddeeff");
    }

    [Fact]
    public void Addresses_are_four_or_sixteen_bytes()
    {
        Both(CqlTypes.Inet, IPAddress.Parse("127.0.0.1"), "7f000001");
        Both(CqlTypes.Inet, IPAddress.Parse("2001:db8::1"), "20010db8000000000000000000000001");
    }

    [Fact]
    public void Timestamps_are_milliseconds_since_1970()
    {
        Both(CqlTypes.Timestamp, DateTimeOffset.UnixEpoch.AddMilliseconds(1), "0000000000000001");
        Both(CqlTypes.Timestamp, DateTimeOffset.UnixEpoch.AddMilliseconds(-1), "ffffffffffffffff");
        Both(CqlTypes.Timestamp, long.MinValue, "8000000000000000");
        Assert.Equal("ffffffffffffffff", Sample.Hex(CqlTypes.Timestamp, values => values.Add(DateTimeOffset.UnixEpoch.AddTicks(-1))));
    }

    [Fact]
    public void Dates_are_days_around_two_to_the_31()
    {
        Both(CqlTypes.Date, new DateOnly(1970, 1, 1), "80000000");
        Both(CqlTypes.Date, new DateOnly(1970, 1, 2), "80000001");
        Both(CqlTypes.Date, new DateOnly(1969, 12, 31), "7fffffff");
        Both(CqlTypes.Date, DateOnly.MinValue, "7ff506c6");
        Both(CqlTypes.Date, DateOnly.MaxValue, "802cc0a0");
    }

    [Fact]
    public void Times_are_nanoseconds_since_midnight()
    {
        Both(CqlTypes.Time, new TimeOnly(1), "0000000000000064");
        Both(CqlTypes.Time, TimeOnly.MaxValue, "00004e94914eff9c");
        Both(CqlTypes.Time, 86_399_999_999_999L, "00004e94914effff");
        Assert.Equal(TimeOnly.MaxValue, Read(CqlTypes.Time, "00004e94914effff", CqlCodec.Of<TimeOnly>()));
    }

    [Fact]
    public void What_lies_outside_of_the_clr_type_is_a_type_error()
    {
        Assert.Throws<CqlTypeException>(() => Read(CqlTypes.Timestamp, "7fffffffffffffff", CqlCodec.Of<DateTimeOffset>()));
        Assert.Throws<CqlTypeException>(() => Read(CqlTypes.Date, "00000000", CqlCodec.Of<DateOnly>()));
        Assert.Throws<CqlTypeException>(() => Read(CqlTypes.Date, "ffffffff", CqlCodec.Of<DateOnly>()));
    }

    [Fact]
    public void Collections_are_a_count_and_their_elements_with_lengths()
    {
        Assert.Equal(
            "00000002" + "0000000400000001" + "0000000400000002",
            Sample.Hex(CqlTypes.List(CqlTypes.Int), values => values.AddList(new[] { 1, 2 })));
        Assert.Equal(
            "00000001" + "0000000161",
            Sample.Hex(CqlTypes.Set(CqlTypes.Text), values => values.AddSet(new HashSet<string> { "a" })));
        Assert.Equal(
            "00000001" + "0000000161" + "0000000107",
            Sample.Hex(CqlTypes.Map(CqlTypes.Text, CqlTypes.Tinyint), values => values.AddMap(new Dictionary<string, sbyte> { ["a"] = 7 })));
        Assert.Equal("00000000", Sample.Hex(CqlTypes.List(CqlTypes.Int), values => values.AddList(Array.Empty<int>())));
    }

    [Fact]
    public void Tuples_are_their_fields_with_lengths_and_nulls()
    {
        var type = CqlTypes.Tuple(CqlTypes.Int, CqlTypes.Text, CqlTypes.Blob);
        Assert.Equal(
            "0000000400000001" + "ffffffff" + "00000000",
            Sample.Hex(type, values => values.AddTuple<int, string?, byte[]>(1, null, [])));
    }

    [Fact]
    public void Null_and_unset_are_lengths_without_bytes()
    {
        var statement = new CqlStatement("any").Values.AddNull();
        Assert.False(statement.HasUnset);
        Assert.Equal("fffffffffffffffe", Convert.ToHexStringLower(statement.AddUnset().Encoded));
        Assert.True(statement.HasUnset);
        statement.Clear();
        Assert.False(statement.HasUnset);
    }

    private static void Both<T>(CqlType type, T value, string hex)
    {
        var codec = CqlCodec.Of<T>();
        Assert.Equal(hex, Sample.Hex(type, values => values.Add(value, codec)));
        Assert.Equal(value, Read(type, hex, codec));
    }

    private static T Read<T>(CqlType type, string hex, CqlCodec<T> codec)
    {
        using var row = Sample.Cell(Convert.FromHexString(hex), type);
        return row.Get(0, codec);
    }
}
