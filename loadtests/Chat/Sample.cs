using System.Diagnostics;

namespace BrokerIm.LoadTests.Chat;

/// <summary>How far the counters are at one moment; two of them make a rate.</summary>
/// <param name="At">The moment, from some start.</param>
/// <param name="Acked">Messages acknowledged by then.</param>
/// <param name="Delivered">Messages delivered by then.</param>
/// <param name="Processor">Processor time this process had used by then.</param>
/// <param name="Allocated">Bytes this process had allocated by then.</param>
internal sealed record Sample(TimeSpan At, long Acked, long Delivered, TimeSpan Processor, long Allocated)
{
    public static Sample Take(ChatMeters meters) => new(
        Stopwatch.GetElapsedTime(0),
        meters.Acked.Value,
        meters.Delivered.Value,
        Environment.CpuUsage.TotalTime,
        GC.GetTotalAllocatedBytes());
}
