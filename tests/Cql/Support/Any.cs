using System.Net;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>Arbitrary values over the whole range of each type, its ends more often than chance would have them.</summary>
internal static class Any
{
    public static readonly Gen<bool> Boolean = Gen.Elements(true, false);
    public static readonly Gen<byte> Byte = Gen.Choose(0, byte.MaxValue).Select(value => (byte)value);
    public static readonly Gen<byte[]> Blob = Byte.ArrayOf();
    public static readonly Gen<long> Int64 = Gen.OneOf(
        Exactly(sizeof(long)).Select(bytes => BitConverter.ToInt64(bytes)), Gen.Elements(0, 1, -1, long.MinValue, long.MaxValue));
    public static readonly Gen<int> Int32 = Int64.Select(value => unchecked((int)value));
    public static readonly Gen<short> Int16 = Int64.Select(value => unchecked((short)value));
    public static readonly Gen<sbyte> SByte = Int64.Select(value => unchecked((sbyte)value));
    public static readonly Gen<double> Double = Gen.OneOf(
        Int64.Select(BitConverter.Int64BitsToDouble), Gen.Elements(double.NaN, double.NegativeZero, double.Epsilon, double.PositiveInfinity));
    public static readonly Gen<float> Single = Gen.OneOf(
        Int32.Select(BitConverter.Int32BitsToSingle), Gen.Elements(float.NaN, float.NegativeZero, float.Epsilon, float.PositiveInfinity));
    public static readonly Gen<BigInteger> Varint = Gen.OneOf(
        Blob.Select(bytes => new BigInteger(bytes)), Int64.Select(value => (BigInteger)value));
    public static readonly Gen<decimal> Decimal = Exactly(13).Select(bytes => new decimal(
        BitConverter.ToInt32(bytes), BitConverter.ToInt32(bytes, 4), BitConverter.ToInt32(bytes, 8), bytes[12] > 127, (byte)(bytes[12] % 29)));
    public static readonly Gen<CqlDecimal> ExactDecimal = Gen.Zip(Varint, Int32).Select(pair => new CqlDecimal(pair.Item1, pair.Item2));
    public static readonly Gen<string> Text = Gen.OneOf(
            Gen.Choose(0, 127), Gen.Choose(0x80, 0xD7FF), Gen.Choose(0xE000, 0x10FFFF))
        .ArrayOf().Select(runes => string.Concat(runes.Select(rune => new Rune(rune).ToString())));
    public static readonly Gen<string> Ascii = Gen.Choose(0, 127).Select(value => (char)value).ArrayOf().Select(chars => new string(chars));
    public static readonly Gen<string> Utf16 = Gen.Frequency(
            (3, Gen.Choose(0, char.MaxValue)), (1, Gen.Choose(0xD800, 0xDFFF)))
        .Select(value => (char)value).ArrayOf().Select(chars => new string(chars));
    public static readonly Gen<Guid> Uuid = Exactly(16).Select(bytes => new Guid(bytes));
    public static readonly Gen<Guid> Timeuuid = Exactly(16).Select(bytes =>
    {
        // Version 1, variant of RFC 9562: the server takes nothing else for a timeuuid.
        (bytes[6], bytes[8]) = ((byte)(0x10 | (bytes[6] & 0x0F)), (byte)(0x80 | (bytes[8] & 0x3F)));
        return new Guid(bytes, bigEndian: true);
    });
    public static readonly Gen<IPAddress> Inet = Gen.OneOf(Exactly(4), Exactly(16)).Select(bytes => new IPAddress(bytes));
    public static readonly Gen<DateTimeOffset> Timestamp = Gen.Zip(Int64, Gen.Choose(-14 * 60, 14 * 60)).Select(pair => AtOffset(
        Remainder(pair.Item1, DateTimeOffset.MaxValue.Ticks / TimeSpan.TicksPerMillisecond) * TimeSpan.TicksPerMillisecond, pair.Item2));
    public static readonly Gen<DateOnly> Date = Gen.OneOf(
        Gen.Choose(0, DateOnly.MaxValue.DayNumber), Gen.Elements(0, DateOnly.MaxValue.DayNumber)).Select(DateOnly.FromDayNumber);
    public static readonly Gen<TimeOnly> Time = Int64.Select(value => new TimeOnly(Remainder(value, TimeOnly.MaxValue.Ticks)));

    /// <summary>Holds a statement against many values.</summary>
    public static void Holds<T>(Gen<T> values, Action<T> statement) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(values.ToArbitrary(), statement));

    public static Gen<byte[]> Exactly(int bytes) => Byte.ArrayOf(bytes);

    private static long Remainder(long value, long max) => (long)((ulong)value % (ulong)(max + 1));

    /// <summary>The same instant as another wall clock shows it, where the calendar has room for that.</summary>
    private static DateTimeOffset AtOffset(long ticks, int minutes)
    {
        var utc = new DateTimeOffset(ticks, TimeSpan.Zero);
        var margin = TimeSpan.FromDays(1);
        return utc - DateTimeOffset.MinValue < margin || DateTimeOffset.MaxValue - utc < margin
            ? utc
            : utc.ToOffset(TimeSpan.FromMinutes(minutes));
    }
}
