namespace BrokerIm.Adapters.Production.Redis;

/// <summary>Which content of Redis a gateway has announced its connections to, and whether it must do so again.</summary>
internal sealed class Announcement
{
    private string _lease = "";
    private string _runId = "";
    private long _madeAt;
    private long _number;
    private long _attempts;

    /// <summary>1, 2, 3 ... for this process.</summary>
    public long Number => Volatile.Read(ref _number);

    /// <summary>A number for a lease that may be taken now; never the same twice.</summary>
    public long NextAttempt() => Interlocked.Increment(ref _attempts);

    /// <summary>
    /// Counts a new announcement when Redis has lost what the last one said: it is another process (a new run id), the lease is
    /// not the one we knew (flushed, or it ran out, and others may have swept our entries), or the entries are half
    /// way to their expiry.
    /// </summary>
    public bool IsDue(string lease, string runId, TimeSpan after, TimeProvider time)
    {
        if (Number > 0 && lease == _lease && runId == _runId && time.GetElapsedTime(_madeAt) < after)
            return false;

        (_lease, _runId) = (lease, runId);
        _madeAt = time.GetTimestamp();
        Interlocked.Increment(ref _number);
        return true;
    }

    /// <summary>Changes with every announcement that is due.</summary>
    public override string ToString() => $"{_runId}/{Number}";
}
