namespace BrokerIm.Cql.Types;

/// <summary>The codecs of single values.</summary>
internal static class Scalars
{
    public static readonly BooleanCodec Boolean = new();
    public static readonly SByteCodec SByte = new();
    public static readonly Int16Codec Int16 = new();
    public static readonly Int32Codec Int32 = new();
    public static readonly Int64Codec Int64 = new();
    public static readonly SingleCodec Single = new();
    public static readonly DoubleCodec Double = new();
    public static readonly DecimalCodec Decimal = new();
    public static readonly ExactDecimalCodec ExactDecimal = new();
    public static readonly VarintCodec Varint = new();
    public static readonly TextCodec Text = new();
    public static readonly BlobCodec Blob = new();
    public static readonly GuidCodec Guid = new();
    public static readonly InetCodec Inet = new();
    public static readonly TimestampCodec Timestamp = new();
    public static readonly DateCodec Date = new();
    public static readonly TimeCodec Time = new();

    private static readonly object[] s_all =
    [
        Boolean, SByte, Int16, Int32, Int64, Single, Double, Decimal, ExactDecimal, Varint, Text, Blob, Guid, Inet, Timestamp, Date, Time,
    ];

    private static readonly object[] s_nullable =
    [
        Nullable(Boolean), Nullable(SByte), Nullable(Int16), Nullable(Int32), Nullable(Int64), Nullable(Single), Nullable(Double),
        Nullable(Decimal), Nullable(ExactDecimal), Nullable(Varint), Nullable(Guid), Nullable(Timestamp), Nullable(Date), Nullable(Time),
    ];

    public static string Names => string.Join(", ", s_all);

    public static CqlCodec<T>? Find<T>() =>
        s_all.OfType<CqlCodec<T>>().FirstOrDefault() ?? s_nullable.OfType<CqlCodec<T>>().FirstOrDefault();

    private static NullableCodec<T> Nullable<T>(CqlCodec<T> codec)
        where T : struct => new(codec);
}
