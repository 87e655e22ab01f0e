namespace BrokerIm.Cql.Tests.Support;

/// <summary>CQL types, written shortly.</summary>
internal static class CqlTypes
{
    public static readonly CqlType Ascii = new(CqlTypeCode.Ascii);
    public static readonly CqlType Bigint = new(CqlTypeCode.Bigint);
    public static readonly CqlType Blob = new(CqlTypeCode.Blob);
    public static readonly CqlType Boolean = new(CqlTypeCode.Boolean);
    public static readonly CqlType Counter = new(CqlTypeCode.Counter);
    public static readonly CqlType Date = new(CqlTypeCode.Date);
    public static readonly CqlType Decimal = new(CqlTypeCode.Decimal);
    public static readonly CqlType Double = new(CqlTypeCode.Double);
    public static readonly CqlType Float = new(CqlTypeCode.Float);
    public static readonly CqlType Inet = new(CqlTypeCode.Inet);
    public static readonly CqlType Int = new(CqlTypeCode.Int);
    public static readonly CqlType Smallint = new(CqlTypeCode.Smallint);
    public static readonly CqlType Text = new(CqlTypeCode.Varchar);
    public static readonly CqlType Time = new(CqlTypeCode.Time);
    public static readonly CqlType Timestamp = new(CqlTypeCode.Timestamp);
    public static readonly CqlType Timeuuid = new(CqlTypeCode.Timeuuid);
    public static readonly CqlType Tinyint = new(CqlTypeCode.Tinyint);
    public static readonly CqlType Uuid = new(CqlTypeCode.Uuid);
    public static readonly CqlType Varint = new(CqlTypeCode.Varint);
    public static readonly CqlType UserType = new(CqlTypeCode.Udt, [Int, Text], "ks.address");

    public static CqlType List(CqlType element) => new(CqlTypeCode.List, [element]);

    public static CqlType Set(CqlType element) => new(CqlTypeCode.Set, [element]);

    public static CqlType Map(CqlType key, CqlType value) => new(CqlTypeCode.Map, [key, value]);

    public static CqlType Tuple(params CqlType[] fields) => new(CqlTypeCode.Tuple, fields);
}
