namespace BrokerIm.Gateway.Commands;

/// <summary>Token bucket of one connection: a steady rate, and a burst of two seconds' worth. For one caller at a time.</summary>
/// <remarks>Keeps one number, the time at which the bucket would be full again (the generic cell rate algorithm).</remarks>
internal sealed class MessageRate(int perSecond, TimeProvider time)
{
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1) / perSecond;
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _fullAt;

    /// <summary>Takes one token if that need not wait.</summary>
    public bool TryTake()
    {
        var before = _fullAt;
        if (Take() == TimeSpan.Zero)
            return true;
        _fullAt = before;
        return false;
    }

    /// <summary>Takes one token.</summary>
    /// <returns>How long to wait before using it; zero while the rate is kept.</returns>
    public TimeSpan Take()
    {
        var now = time.GetElapsedTime(_start);
        if (_fullAt < now)
            _fullAt = now;
        _fullAt += _interval;

        var wait = _fullAt - now - Burst;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
