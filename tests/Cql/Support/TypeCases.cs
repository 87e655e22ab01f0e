using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>Every type, alone and in collections.</summary>
internal static class TypeCases
{
    private static readonly TypeCase<int> s_int = Case(CqlTypes.Int, Any.Int32);
    private static readonly TypeCase<long> s_bigint = Case(CqlTypes.Bigint, Any.Int64);
    private static readonly TypeCase<string> s_text = Case(CqlTypes.Text, Any.Text, Tell);
    private static readonly TypeCase<byte[]> s_blob = Case(CqlTypes.Blob, Any.Blob, Convert.ToHexStringLower);
    private static readonly TypeCase<Guid> s_timeuuid = Case(CqlTypes.Timeuuid, Any.Timeuuid, value => value.ToString());
    private static readonly TypeCase<double> s_double = Case(
        CqlTypes.Double, Any.Double.Select(value => double.IsNaN(value) ? double.NaN : value),
        value => BitConverter.DoubleToInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture));
    private static readonly TypeCase<System.Net.IPAddress> s_inet = Case(
        CqlTypes.Inet, Any.Inet, value => Convert.ToHexStringLower(value.GetAddressBytes()));
    private static readonly TypeCase<DateTimeOffset> s_timestamp = Case(
        CqlTypes.Timestamp, Any.Timestamp, value => Tell(value.ToUnixTimeMilliseconds()));
    private static readonly TypeCase<CqlDecimal> s_decimal = Case(
        CqlTypes.Decimal, Any.ExactDecimal, value => $"{Tell(value.Unscaled)}/{Tell(value.Scale)}");

    /// <summary>What any Cassandra knows.</summary>
    public static readonly IReadOnlyList<TypeCase> Old =
    [
        Case(CqlTypes.Ascii, Any.Ascii, Tell),
        s_bigint,
        s_blob,
        Case(CqlTypes.Boolean, Any.Boolean, value => value ? "true" : "false"),
        s_decimal,
        s_double,
        Case(
            CqlTypes.Float, Any.Single.Select(value => float.IsNaN(value) ? float.NaN : value),
            value => BitConverter.SingleToInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture)),
        s_inet,
        s_int,
        s_text,
        s_timestamp,
        s_timeuuid,
        Case(CqlTypes.Uuid, Any.Uuid, value => value.ToString()),
        Case(CqlTypes.Varint, Any.Varint),
        s_double.AsList(),
        s_decimal.AsList(),
        s_blob.AsSet(),
        s_inet.AsSet(),
        s_timeuuid.AsSet(),
        s_text.AsMapTo(s_bigint),
        s_blob.AsMapTo(s_timestamp),
        s_int.WithField(s_text),
    ];

    /// <summary>What came with Cassandra 2.2 and protocol v4.</summary>
    public static readonly IReadOnlyList<TypeCase> New =
    [
        Case(CqlTypes.Tinyint, Any.SByte),
        Case(CqlTypes.Smallint, Any.Int16),
        Case(CqlTypes.Date, Any.Date, value => Tell(value.DayNumber - new DateOnly(1970, 1, 1).DayNumber)),
        Case(CqlTypes.Time, Any.Time, value => Tell(value.Ticks * TimeSpan.NanosecondsPerTick)),
    ];

    /// <summary>Collections of collections, which have to be frozen in a column.</summary>
    public static readonly IReadOnlyList<TypeCase> Nested =
    [
        s_int.AsList().AsList(),
        s_text.AsMapTo(s_inet.AsSet()).AsList(),
        s_bigint.WithField(s_text.AsMapTo(s_int.WithField(s_blob))).AsList(),
    ];

    private static TypeCase<T> Case<T>(CqlType type, Gen<T> values)
        where T : IBinaryInteger<T> => Case(type, values, Tell);

    private static TypeCase<T> Case<T>(CqlType type, Gen<T> values, Func<T, string> tell)
        where T : notnull => new(type, CqlCodec.Of<T>(), values, value => JsonValue.Create(tell(value)));

    private static string Tell<T>(T number)
        where T : IBinaryInteger<T> => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Tell(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
}
