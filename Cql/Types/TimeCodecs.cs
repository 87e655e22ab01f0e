using static System.Buffers.Binary.BinaryPrimitives;

namespace BrokerIm.Cql.Types;

/// <summary>timestamp: milliseconds since 1970; what is finer is cut off.</summary>
internal sealed class TimestampCodec() : FixedCodec<DateTimeOffset>(sizeof(long), CqlTypeCode.Timestamp)
{
    private static readonly long s_min = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long s_max = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    protected override void Put(Span<byte> bytes, DateTimeOffset value) => WriteInt64BigEndian(bytes, value.ToUnixTimeMilliseconds());

    protected override DateTimeOffset Get(ReadOnlySpan<byte> bytes)
    {
        var milliseconds = ReadInt64BigEndian(bytes);
        return milliseconds >= s_min && milliseconds <= s_max
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw new CqlTypeException(
                $"{milliseconds} ms since 1970 lie outside the years 1 to 9999 of {nameof(DateTimeOffset)}; {nameof(Int64)} holds them.");
    }
}

/// <summary>date: days, unsigned, 1970-01-01 being 2^31.</summary>
internal sealed class DateCodec() : FixedCodec<DateOnly>(sizeof(uint), CqlTypeCode.Date)
{
    private const uint Centre = 1u << 31;
    private static readonly int s_epoch = new DateOnly(1970, 1, 1).DayNumber;

    protected override void Put(Span<byte> bytes, DateOnly value) =>
        WriteUInt32BigEndian(bytes, (uint)(Centre + value.DayNumber - s_epoch));

    protected override DateOnly Get(ReadOnlySpan<byte> bytes)
    {
        var dayNumber = (long)ReadUInt32BigEndian(bytes) - Centre + s_epoch;
        return dayNumber >= DateOnly.MinValue.DayNumber && dayNumber <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber((int)dayNumber)
            : throw new CqlTypeException($"{dayNumber - s_epoch} days since 1970 lie outside the years 1 to 9999 of {nameof(DateOnly)}.");
    }
}

/// <summary>time: nanoseconds since midnight; what is finer than 100 ns is cut off when it is read.</summary>
internal sealed class TimeCodec() : FixedCodec<TimeOnly>(sizeof(long), CqlTypeCode.Time)
{
    protected override void Put(Span<byte> bytes, TimeOnly value) =>
        WriteInt64BigEndian(bytes, value.Ticks * TimeSpan.NanosecondsPerTick);

    protected override TimeOnly Get(ReadOnlySpan<byte> bytes)
    {
        var nanoseconds = ReadInt64BigEndian(bytes);
        return nanoseconds >= 0 && nanoseconds / TimeSpan.NanosecondsPerTick <= TimeOnly.MaxValue.Ticks
            ? new(nanoseconds / TimeSpan.NanosecondsPerTick)
            : throw new CqlProtocolException($"A day does not have {nanoseconds} ns.");
    }
}
