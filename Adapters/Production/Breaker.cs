namespace BrokerIm.Adapters.Production;

/// <summary>
/// After a failure lets one caller through per pause, until one succeeds. A service that is silent then costs its time-out once per
/// pause and not once per message, and what the client library hoards for it stays little.
/// </summary>
internal sealed class Breaker(TimeSpan pause, TimeProvider time)
{
    private const long Closed = long.MinValue;

    private long _refusesSince = Closed;

    /// <summary>Whether to try at all.</summary>
    public bool TryPass()
    {
        var since = Volatile.Read(ref _refusesSince);
        return since == Closed
            || (time.GetElapsedTime(since) >= pause
                && Interlocked.CompareExchange(ref _refusesSince, time.GetTimestamp(), since) == since);
    }

    /// <summary>Lets everybody through again.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Succeeded() =>
        Volatile.Read(ref _refusesSince) != Closed && Interlocked.Exchange(ref _refusesSince, Closed) != Closed;

    /// <summary>Refuses for a pause from now on.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Failed() => Interlocked.Exchange(ref _refusesSince, time.GetTimestamp()) == Closed;
}
