using System.Diagnostics.Metrics;
using BrokerIm.Core;

namespace BrokerIm.Adapters.Bus;

/// <summary>What became of bus messages, at both ends.</summary>
public static class BusMetrics
{
    private static readonly Counter<long> SentMessages =
        Telemetry.Meter.CreateCounter<long>("im_bus_sent_total", description: "Bus messages sent, by result");

    private static readonly Counter<long> ReceivedMessages =
        Telemetry.Meter.CreateCounter<long>("im_bus_received_total", description: "Bus messages received, by result");

    /// <summary>The bus has it.</summary>
    public static void Confirmed() => SentMessages.Add(1, new KeyValuePair<string, object?>("result", "confirmed"));

    /// <summary>Nobody has a queue for it any more.</summary>
    public static void Returned() => SentMessages.Add(1, new KeyValuePair<string, object?>("result", "returned"));

    /// <summary>The bus did not take it, or did not say so in time.</summary>
    public static void Unconfirmed() => SentMessages.Add(1, new KeyValuePair<string, object?>("result", "unconfirmed"));

    internal static void Handled() => ReceivedMessages.Add(1, new KeyValuePair<string, object?>("result", "handled"));

    internal static void Failed() => ReceivedMessages.Add(1, new KeyValuePair<string, object?>("result", "failed"));

    internal static void Unreadable() => ReceivedMessages.Add(1, new KeyValuePair<string, object?>("result", "unreadable"));
}
