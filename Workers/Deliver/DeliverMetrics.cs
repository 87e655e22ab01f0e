using System.Diagnostics.Metrics;
using BrokerIm.Core;

namespace BrokerIm.Workers.Deliver;

internal static class DeliverMetrics
{
    private static readonly Counter<long> s_shed = Telemetry.Meter.CreateCounter<long>(
        "im_shed_pushes_total", description: "Deliveries given up and left to the gateways to read from the store.");

    public static void Shed(string cause, int count) => s_shed.Add(count, new KeyValuePair<string, object?>("cause", cause));
}
