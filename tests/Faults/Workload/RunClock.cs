using System.Diagnostics;

namespace BrokerIm.Faults.Workload;

/// <summary>The one clock of a run; it never goes back.</summary>
internal sealed class RunClock
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Microseconds since the run began.</summary>
    public long Now => (long)Stopwatch.GetElapsedTime(_start).TotalMicroseconds;
}
