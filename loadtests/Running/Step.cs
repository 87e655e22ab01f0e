using System.Diagnostics;
using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.LoadTests.Running;

/// <summary>One thing that a scenario does over and over: how often it was done, and how long it took.</summary>
/// <param name="name">What people read.</param>
/// <param name="window">Which of them have their time counted.</param>
internal sealed class Step(string name, MeasuredWindow window)
{
    private static readonly double s_nanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly StripedCounter _count = new();

    /// <summary>What people read.</summary>
    public string Name { get; } = name;

    /// <summary>Which of them have their time counted.</summary>
    public MeasuredWindow Window { get; } = window;

    /// <summary>How often it was done, the whole run through.</summary>
    public long Count => _count.Value;

    /// <summary>How long it took, from the moment it was due.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>It was done.</summary>
    /// <param name="intendedAt">Timestamp of the moment it was due, which is not when it was begun if that was late.</param>
    /// <param name="now">Timestamp of its end.</param>
    public void Done(long intendedAt, long now)
    {
        _count.Add(1);
        if (Window.Contains(intendedAt))
            Latency.Record((long)((now - intendedAt) * s_nanosecondsPerTick));
    }
}
