using System.Diagnostics;
using BrokerIm.LoadTests.Running;

namespace BrokerIm.LoadTests.Measuring;

/// <summary>How far everything was at one moment; two of them make rates and costs.</summary>
internal sealed record Moment(
    long At,
    IReadOnlyList<long> Steps,
    IReadOnlyList<ProcessSample?> Processes,
    MachineSample Machine,
    long SentBytes,
    long ReceivedBytes,
    long AllocatedBytes,
    IReadOnlyList<int> Collections,
    TimeSpan CollectionPauses)
{
    /// <summary>Looks at everything.</summary>
    public static Moment Take(IScenario scenario, IReadOnlyList<WatchedProcess> processes) => new(
        Stopwatch.GetTimestamp(),
        [.. scenario.Steps.Select(static step => step.Count)],
        [.. processes.Select(static process => ProcessSample.Take(process.Pid))],
        MachineSample.Take(),
        scenario.Wire.Sent.Value,
        scenario.Wire.Received.Value,
        GC.GetTotalAllocatedBytes(),
        [.. Enumerable.Range(0, GC.MaxGeneration + 1).Select(GC.CollectionCount)],
        GC.GetTotalPauseDuration());

    /// <summary>Seconds between an earlier moment and this.</summary>
    public double SecondsSince(Moment earlier) => Stopwatch.GetElapsedTime(earlier.At, At).TotalSeconds;
}
