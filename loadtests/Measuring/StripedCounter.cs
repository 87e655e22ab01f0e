namespace BrokerIm.LoadTests.Measuring;

/// <summary>A counter that many cores increment without fighting over one cache line.</summary>
internal sealed class StripedCounter
{
    // 64 bytes of cache line hold eight numbers.
    private const int Spacing = 8;
    private readonly long[] _stripes = new long[Math.Min(Environment.ProcessorCount, 16) * Spacing];

    /// <summary>Counted so far.</summary>
    public long Value
    {
        get
        {
            long sum = 0;
            for (var index = 0; index < _stripes.Length; index += Spacing)
                sum += Volatile.Read(ref _stripes[index]);
            return sum;
        }
    }

    /// <summary>Counts.</summary>
    public void Add(int count)
    {
        var index = Thread.GetCurrentProcessorId() * Spacing % _stripes.Length;
        Interlocked.Add(ref _stripes[index], count);
    }
}
