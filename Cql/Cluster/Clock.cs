namespace BrokerIm.Cql.Cluster;

/// <summary>Deadlines as timestamps of a clock, so that several waits can share one.</summary>
internal static class Clock
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1000);

    /// <summary>The timestamp so far from now; what is further away than some years, infinite included, is as good as never.</summary>
    public static long DeadlineAfter(this TimeProvider time, TimeSpan span)
    {
        var bounded = span < TimeSpan.Zero || span > s_longest ? s_longest : span;
        return time.GetTimestamp() + (long)(bounded.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>What is left until a deadline; zero once it has passed.</summary>
    public static TimeSpan Until(this TimeProvider time, long deadline)
    {
        var now = time.GetTimestamp();
        return deadline > now ? time.GetElapsedTime(now, deadline) : TimeSpan.Zero;
    }
}
