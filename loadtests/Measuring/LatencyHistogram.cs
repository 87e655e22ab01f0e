using System.Numerics;

namespace BrokerIm.LoadTests.Measuring;

/// <summary>
/// Counts durations in buckets that grow with them: 128 per power of two, so a percentile is at most 1/128 too high and never too
/// low. Recording takes one increment and is safe from several threads.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 7;
    private const int SubBuckets = 1 << SubBucketBits;

    // 2^42 ns are 73 minutes; what takes longer counts as that.
    private const int LargestBit = 42;
    private const int Buckets = ((LargestBit - SubBucketBits + 1) * SubBuckets) + SubBuckets;

    // One array per core, so that cores do not fight over cache lines.
    private readonly long[][] _stripes;
    private long _max;

    public LatencyHistogram()
    {
        _stripes = new long[Math.Min(Environment.ProcessorCount, 16)][];
        for (var stripe = 0; stripe < _stripes.Length; stripe++)
            _stripes[stripe] = new long[Buckets];
    }

    /// <summary>Durations recorded.</summary>
    public long Count => _stripes.Sum(stripe => stripe.Sum());

    /// <summary>The longest duration, exactly, in nanoseconds; 0 when there is none.</summary>
    public long MaxNanoseconds => Volatile.Read(ref _max);

    /// <summary>Records a duration; a negative one counts as none.</summary>
    public void Record(long nanoseconds)
    {
        var value = Math.Clamp(nanoseconds, 0, (1L << LargestBit) - 1);
        Interlocked.Increment(ref _stripes[Thread.GetCurrentProcessorId() % _stripes.Length][BucketOf(value)]);

        for (var max = Volatile.Read(ref _max); nanoseconds > max;)
        {
            var seen = Interlocked.CompareExchange(ref _max, nanoseconds, max);
            if (seen == max)
                break;
            max = seen;
        }
    }

    /// <summary>The duration that a share of the recorded ones does not exceed, in nanoseconds; 0 when there is none.</summary>
    /// <param name="share">Above 0, at most 1: 0.99 for the 99th percentile.</param>
    public long Percentile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        var left = (long)Math.Ceiling(Count * share);
        if (left == 0)
            return 0;

        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            foreach (var stripe in _stripes)
                left -= stripe[bucket];
            if (left <= 0)
                return Math.Min(UpperEdgeOf(bucket), MaxNanoseconds);
        }

        return MaxNanoseconds;
    }

    private static int BucketOf(long value)
    {
        if (value < SubBuckets)
            return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBucketBits;
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    private static long UpperEdgeOf(int bucket)
    {
        if (bucket < 2 * SubBuckets)
            return bucket;
        var shift = (bucket / SubBuckets) - 1;
        var top = (long)(bucket - (shift * SubBuckets));
        return ((top + 1) << shift) - 1;
    }
}
