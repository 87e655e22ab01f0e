namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>A clock that stands, so that nothing remembered grows old and the same is done every time.</summary>
internal sealed class StillClock : TimeProvider
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static StillClock Instance { get; } = new();

    /// <summary>The time at which it stands, in Unix milliseconds.</summary>
    public static long NowMs => Now.ToUnixTimeMilliseconds();

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => TimestampFrequency;
}
