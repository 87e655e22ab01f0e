namespace BrokerIm.Client.Sending;

/// <summary>Waits between attempts: random up to a bound that doubles with each failure ("full jitter").</summary>
internal static class Backoff
{
    /// <param name="failures">Failures so far, from 1.</param>
    /// <param name="first">Bound after the first failure.</param>
    /// <param name="max">Bound after any number of failures.</param>
    /// <param name="random">0 to 1.</param>
    public static TimeSpan Delay(int failures, TimeSpan first, TimeSpan max, double random)
    {
        // Beyond 2^30 every sensible bound is reached, and a double cannot overflow on the way.
        var bound = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)), max.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(bound * random);
    }

    /// <inheritdoc cref="Delay(int, TimeSpan, TimeSpan, double)"/>
    public static TimeSpan Delay(int failures, TimeSpan first, TimeSpan max) =>
        Delay(failures, first, max, Random.Shared.NextDouble());
}
