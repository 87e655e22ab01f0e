namespace BrokerIm.Client.Sending;

/// <summary>
/// The server's clock as told at login, carried on by a monotonic one: whoever sets this machine's clock does not move it.
/// </summary>
internal sealed class ServerClock(TimeProvider time)
{
    private readonly Lock _gate = new();
    private long _setMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    private long _setAt = time.GetTimestamp();

    /// <summary>Unix milliseconds. Slow by the way from the server to us, which is the safe side.</summary>
    public long NowMs
    {
        get
        {
            lock (_gate)
                return _setMs + (long)time.GetElapsedTime(_setAt).TotalMilliseconds;
        }
    }

    /// <summary>The server just said what time it is.</summary>
    public void Set(long serverMs)
    {
        lock (_gate)
        {
            _setMs = serverMs;
            _setAt = time.GetTimestamp();
        }
    }
}
