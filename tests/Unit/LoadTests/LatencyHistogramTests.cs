using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.Tests.Unit.LoadTests;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void Percentiles_are_at_most_one_in_128_too_high_and_never_too_low()
    {
        var random = new Random(7);
        var histogram = new LatencyHistogram();

        // From nanoseconds to minutes, evenly over the powers of ten.
        var values = Enumerable.Range(0, 100_000).Select(_ => (long)Math.Pow(10, random.NextDouble() * 11)).ToArray();
        foreach (var value in values)
            histogram.Record(value);
        Array.Sort(values);

        foreach (var share in new[] { 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1 })
        {
            var exact = values[(int)Math.Ceiling(values.Length * share) - 1];
            Assert.InRange(histogram.Percentile(share), exact, exact + (exact / 128) + 1);
        }
    }

    [Fact]
    public void Small_values_and_the_largest_are_exact()
    {
        var histogram = new LatencyHistogram();
        for (var value = 0; value < 256; value++)
            histogram.Record(value);
        histogram.Record(123_456_789);

        Assert.Equal(257, histogram.Count);
        Assert.Equal(0, histogram.Percentile(1.0 / 257));
        Assert.Equal(127, histogram.Percentile(128.0 / 257));
        Assert.Equal(255, histogram.Percentile(256.0 / 257));
        Assert.Equal(123_456_789, histogram.Percentile(1));
        Assert.Equal(123_456_789, histogram.MaxNanoseconds);
    }

    [Fact]
    public void Every_power_of_two_and_its_neighbours_fall_into_a_bucket_that_holds_them()
    {
        for (var bit = 0; bit < 42; bit++)
        {
            foreach (var value in new[] { (1L << bit) - 1, 1L << bit, (1L << bit) + 1 })
            {
                // A larger one beside it, or the exact maximum would answer.
                var histogram = new LatencyHistogram();
                histogram.Record(value);
                histogram.Record(1L << 43);
                Assert.InRange(histogram.Percentile(0.5), value, value + (value / 128));
            }
        }
    }

    [Fact]
    public void Nothing_recorded_is_zero()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Percentile(0.99));
        Assert.Equal(0, histogram.MaxNanoseconds);
        histogram.Record(-5);
        Assert.Equal(0, histogram.Percentile(1));
    }

    [Fact]
    public void Threads_lose_no_count()
    {
        var histogram = new LatencyHistogram();
        var counter = new StripedCounter();
        Parallel.For(0, 8, thread =>
        {
            for (var value = 0; value < 20_000; value++)
            {
                histogram.Record(value + thread);
                counter.Add(2);
            }
        });
        Assert.Equal(160_000, histogram.Count);
        Assert.Equal(320_000, counter.Value);
        Assert.Equal(20_006, histogram.MaxNanoseconds);
    }
}
