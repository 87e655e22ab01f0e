using System.Diagnostics.Metrics;
using BrokerIm.Core;

namespace BrokerIm.Workers.Deliver;

internal static class DeliverMetrics
{
    private static readonly Counter<long> s_shed = Telemetry.Meter.CreateCounter<long>(
        "im_shed_pushes_total", description: "Deliveries given up and left to the gateways to read from the store.");

    private static readonly Counter<long> s_items = Telemetry.Meter.CreateCounter<long>(
        "im_deliveries_total", description: "Acks, messages and read marks handed to the bus, one per gateway.");

    public static void Planned(int items) => s_items.Add(items);

    public static void Shed(string cause, int count) => s_shed.Add(count, new KeyValuePair<string, object?>("cause", cause));
}
