namespace BrokerIm.Cql.Cluster;

/// <summary>
/// How long to wait after so many failures in a row: between <c>min</c> and <c>max</c>, doubling, and somewhere in the upper half of
/// what it has doubled to, so that many clients do not come back to a node all at once.
/// </summary>
internal static class Backoff
{
    // Beyond this doubling any sensible minimum has passed any sensible maximum.
    private const int DoublingsMax = 30;

    /// <param name="failures">At least 1.</param>
    /// <param name="min">Shortest wait.</param>
    /// <param name="max">Longest wait; not below <paramref name="min"/>.</param>
    /// <param name="random">From 0 up to 1.</param>
    public static TimeSpan After(int failures, TimeSpan min, TimeSpan max, double random)
    {
        var ceiling = Math.Min(max.TotalSeconds, min.TotalSeconds * Math.Pow(2, Math.Min(failures, DoublingsMax)));
        var floor = Math.Max(min.TotalSeconds, ceiling / 2);
        return TimeSpan.FromSeconds(floor + ((ceiling - floor) * random));
    }

    /// <summary>The same with a random number of its own.</summary>
    public static TimeSpan After(int failures, TimeSpan min, TimeSpan max) =>
        After(failures, min, max, Random.Shared.NextDouble());
}
