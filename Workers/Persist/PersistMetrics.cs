using System.Diagnostics.Metrics;
using BrokerIm.Core;
using BrokerIm.Core.Conversations;

namespace BrokerIm.Workers.Persist;

internal static class PersistMetrics
{
    private static readonly Counter<long> s_decisions = Telemetry.Meter.CreateCounter<long>(
        "im_persist_decisions_total", description: "Entries folded, by what came of them.");

    private static readonly Counter<long> s_dedupHits = Telemetry.Meter.CreateCounter<long>(
        "im_dedup_hits_total", description: "Sends recognised as repeats.");

    private static readonly Counter<long> s_stale = Telemetry.Meter.CreateCounter<long>(
        "im_stale_rejects_total", description: "Sends too old to be told from repeats.");

    private static readonly KeyValuePair<string, object?>[] s_kinds =
        [.. Enum.GetNames<DecisionKind>().Select(name => new KeyValuePair<string, object?>("kind", name.ToLowerInvariant()))];

    private static readonly KeyValuePair<string, object?> s_foldSource = new("source", "fold");

    private static double s_lagSeconds;
    private static long s_headMax;

    static PersistMetrics()
    {
        Telemetry.Meter.CreateObservableGauge(
            "im_persist_lag_seconds", () => Volatile.Read(ref s_lagSeconds), "s", "Age of the oldest entry of the last batch.");
        Telemetry.Meter.CreateObservableGauge(
            "im_conv_head_max", () => Volatile.Read(ref s_headMax), description: "Largest message id given so far.");
    }

    public static Histogram<int> BatchRows { get; } = Telemetry.Meter.CreateHistogram<int>(
        "im_persist_batch_rows", description: "Messages stored per batch.");

    public static Histogram<double> StoreSeconds { get; } = Telemetry.Meter.CreateHistogram<double>(
        "im_persist_store_seconds", "s", "Time to make a batch durable.");

    public static Counter<long> Skips { get; } = Telemetry.Meter.CreateCounter<long>(
        "im_skip_total", description: "Records and entries that nobody could handle.");

    public static void Count(Decision decision)
    {
        s_decisions.Add(1, s_kinds[(int)decision.Kind]);
        switch (decision.Kind)
        {
            case DecisionKind.Stored when decision.MessageId > Volatile.Read(ref s_headMax):
                Volatile.Write(ref s_headMax, decision.MessageId);
                break;
            case DecisionKind.Duplicate or DecisionKind.Conflict:
                s_dedupHits.Add(1, s_foldSource);
                break;
            case DecisionKind.Stale:
                s_stale.Add(1);
                break;
        }
    }

    public static void Observe(List<PositionedEntry> entries, TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var oldest = now;
        foreach (var entry in entries)
            oldest = Math.Min(oldest, (long)entry.Entry.StampMs);
        Volatile.Write(ref s_lagSeconds, (now - oldest) / 1000.0);
    }
}
