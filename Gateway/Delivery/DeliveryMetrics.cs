using System.Diagnostics.Metrics;

namespace BrokerIm.Gateway.Delivery;

/// <summary>What is counted on the way out to clients.</summary>
/// <param name="meter"><see cref="Core.Telemetry.Meter"/>, or one of a test's own.</param>
internal sealed class DeliveryMetrics(Meter meter)
{
    private readonly Counter<long> _pushes = meter.CreateCounter<long>(
        "im_pushes_total", description: "Messages written to connections as they came.");

    private readonly Counter<long> _gapFills = meter.CreateCounter<long>(
        "im_push_gap_fills_total", description: "Gaps in a conversation of a connection, read from the store.");

    private readonly Counter<long> _repairs = meter.CreateCounter<long>(
        "im_sweep_repairs_total", description: "Missed messages found by a check of a connection's conversations.");

    private readonly Counter<long> _sweeps = meter.CreateCounter<long>(
        "im_sweeps_total", description: "Checks of all connections after a break in the chain of deliveries.");

    private readonly Histogram<double> _sendAckSeconds = meter.CreateHistogram<double>(
        "im_send_ack_seconds", "s", "Time from the receipt of a message to its answer.");

    /// <summary>Counts messages written.</summary>
    public void Pushed(int messages) => _pushes.Add(messages);

    /// <summary>Counts a gap that a message showed.</summary>
    public void GapFound() => _gapFills.Add(1);

    /// <summary>Counts a gap that a check of the store showed.</summary>
    public void RepairStarted() => _repairs.Add(1);

    /// <summary>Counts a sweep.</summary>
    public void SweepStarted() => _sweeps.Add(1);

    /// <summary>Notes how long a sender waited.</summary>
    public void Acknowledged(TimeSpan duration) => _sendAckSeconds.Record(duration.TotalSeconds);
}
