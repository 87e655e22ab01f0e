namespace BrokerIm.Gateway.Commands;

/// <summary>Token bucket of one connection or user: a steady rate, and a burst of two seconds' worth. Safe for any thread.</summary>
/// <remarks>Keeps one number, the time at which the bucket would be full again (the generic cell rate algorithm).</remarks>
internal sealed class MessageRate(int perSecond, TimeProvider time)
{
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1) / perSecond;
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _fullAt;

    /// <summary>A bucket, or null where zero says that there is no limit.</summary>
    public static MessageRate? OrNull(int perSecond, TimeProvider time) => perSecond == 0 ? null : new(perSecond, time);

    /// <summary>Takes one token if that need not wait.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            var before = _fullAt;
            if (Take() == TimeSpan.Zero)
                return true;
            _fullAt = before;
            return false;
        }
    }

    /// <summary>Takes one token.</summary>
    /// <returns>How long to wait before using it; zero while the rate is kept.</returns>
    public TimeSpan Take()
    {
        lock (_gate)
        {
            var now = time.GetElapsedTime(_start);
            if (_fullAt < now)
                _fullAt = now;
            _fullAt += _interval;

            var wait = _fullAt - now - Burst;
            return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }
    }
}
