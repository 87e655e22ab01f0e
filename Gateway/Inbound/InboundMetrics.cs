using System.Diagnostics.Metrics;

namespace BrokerIm.Gateway.Inbound;

/// <summary>What is counted on the way into the log.</summary>
/// <param name="meter"><see cref="Core.Telemetry.Meter"/>, or one of a test's own.</param>
internal sealed class InboundMetrics(Meter meter)
{
    private static readonly KeyValuePair<string, object?>[] s_reasons =
        [.. Enum.GetNames<DropReason>().Select(name => new KeyValuePair<string, object?>("reason", name))];

    private static readonly KeyValuePair<string, object?> s_connection = new("source", "connection");

    private readonly Counter<long> _dropped = meter.CreateCounter<long>(
        "im_messages_dropped_total", description: "Messages and read marks not let in, by reason.");

    private readonly Counter<long> _resends = meter.CreateCounter<long>(
        "im_dedup_hits_total", description: "Sends recognised as repeats.");

    private readonly Counter<long> _receipts = meter.CreateCounter<long>(
        "im_receipts_total", description: "Receipts of clients; not all clients send them, so nothing rests on them.");

    private readonly Counter<long> _clockRefusals = meter.CreateCounter<long>(
        "im_clock_refusals_total", description: "Messages whose id was made too far in the future.");

    private readonly Counter<long> _unknownOutcomes = meter.CreateCounter<long>(
        "im_unknown_outcomes_total", description: "Entries that the log did not confirm in time.");

    private readonly Counter<long> _turnedAway = meter.CreateCounter<long>(
        "im_busy_answers_total", description: "Messages that clients were told to send again later.");

    private readonly UpDownCounter<long> _laneDepth = meter.CreateUpDownCounter<long>(
        "im_lane_depth", description: "Entries taken in and not confirmed by the log.");

    private readonly Histogram<double> _produceSeconds = meter.CreateHistogram<double>(
        "im_produce_seconds", "s", "Time until the log has a record safely.");

    /// <summary>Counts a message or read mark not let in.</summary>
    public void Dropped(DropReason reason) => _dropped.Add(1, s_reasons[(int)reason]);

    /// <summary>Counts a resend recognised by its connection.</summary>
    public void Resent() => _resends.Add(1, s_connection);

    /// <summary>Counts a client's receipt.</summary>
    public void Receipt() => _receipts.Add(1);

    /// <summary>Counts a message refused for its clock.</summary>
    public void ClockRefused() => _clockRefusals.Add(1);

    /// <summary>Counts a message turned away as one too many.</summary>
    public void TurnedAway() => _turnedAway.Add(1);

    /// <summary>Counts entries whose outcome stays unknown.</summary>
    public void OutcomeUnknown(int entries) => _unknownOutcomes.Add(entries);

    /// <summary>Counts entries into the lanes, or out of them with a negative number.</summary>
    public void LaneDepth(int change) => _laneDepth.Add(change);

    /// <summary>Notes how long a record took.</summary>
    public void Produced(TimeSpan duration) => _produceSeconds.Record(duration.TotalSeconds);
}
