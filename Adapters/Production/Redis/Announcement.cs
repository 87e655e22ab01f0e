namespace BrokerIm.Adapters.Production.Redis;

/// <summary>Which content of Redis a gateway has announced its connections to, and whether it must do so again.</summary>
internal sealed class Announcement
{
    private string _runId = "";
    private long _madeAt;
    private long _number;

    /// <summary>Whether there was one at all.</summary>
    public bool WasMade => Number > 0;

    /// <summary>1, 2, 3 ... for this process.</summary>
    public long Number => Volatile.Read(ref _number);

    /// <summary>
    /// Counts a new announcement when Redis has lost what the last one said: it is another process (a new run id), our own lease
    /// was missing (flushed, or it ran out, and others may have swept our entries), or the entries are half way to their expiry.
    /// </summary>
    public bool IsDue(bool leaseWasMissing, string runId, TimeSpan after, TimeProvider time)
    {
        if (WasMade && !leaseWasMissing && runId == _runId && time.GetElapsedTime(_madeAt) < after)
            return false;

        _runId = runId;
        _madeAt = time.GetTimestamp();
        Interlocked.Increment(ref _number);
        return true;
    }

    /// <summary>Changes with every announcement that is due.</summary>
    public override string ToString() => $"{_runId}/{Number}";
}
