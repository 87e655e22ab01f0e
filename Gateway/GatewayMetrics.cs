using System.Diagnostics.Metrics;

namespace BrokerIm.Gateway;

/// <summary>What the connection layer counts.</summary>
/// <param name="meter"><see cref="Core.Telemetry.Meter"/>, or one of a test's own.</param>
internal sealed class GatewayMetrics(Meter meter)
{
    private readonly Counter<long> _frameRejects = meter.CreateCounter<long>(
        "im_frame_rejects_total", description: "Frames and commands that were not handled, by reason.");

    /// <summary>Counts a frame that was not handled.</summary>
    public void FrameRejected(string reason) => _frameRejects.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
