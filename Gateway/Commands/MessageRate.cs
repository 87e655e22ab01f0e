namespace BrokerIm.Gateway.Commands;

/// <summary>Token bucket of one connection or user: a steady rate, and a burst of two seconds' worth. Safe for any thread.</summary>
/// <remarks>
/// Keeps one number, the time at which the bucket would be full again (the generic cell rate algorithm). Every connection has several
/// of these, so there is no lock beside it.
/// </remarks>
internal sealed class MessageRate(int perSecond, TimeProvider time)
{
    private const int BurstSeconds = 2;

    // Timestamps of the time provider, as is what follows from them.
    private readonly long _interval = Math.Max(1, time.TimestampFrequency / perSecond);
    private long _fullAt;

    /// <summary>A bucket, or null where zero says that there is no limit.</summary>
    public static MessageRate? OrNull(int perSecond, TimeProvider time) => perSecond == 0 ? null : new(perSecond, time);

    /// <summary>Takes one token if that need not wait.</summary>
    public bool TryTake() => Take(mayWait: false) == 0;

    /// <summary>Takes one token.</summary>
    /// <returns>How long to wait before using it; zero while the rate is kept.</returns>
    public TimeSpan Take() => Take(mayWait: true) is var wait and > 0 ? time.GetElapsedTime(0, wait) : TimeSpan.Zero;

    private long Take(bool mayWait)
    {
        var now = time.GetTimestamp();
        while (true)
        {
            var before = Volatile.Read(ref _fullAt);
            var after = Math.Max(before, now) + _interval;
            var wait = Math.Max(0, after - now - (BurstSeconds * time.TimestampFrequency));
            if (wait > 0 && !mayWait || Interlocked.CompareExchange(ref _fullAt, after, before) == before)
                return wait;
        }
    }
}
