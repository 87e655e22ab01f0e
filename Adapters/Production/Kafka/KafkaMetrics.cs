using System.Diagnostics.Metrics;
using BrokerIm.Core;

namespace BrokerIm.Adapters.Production.Kafka;

internal static class KafkaMetrics
{
    private static readonly Histogram<double> s_produceSeconds =
        Telemetry.Meter.CreateHistogram<double>("im_produce_seconds", "s", "From the append of a record to its confirmation");

    private static readonly Counter<long> s_rebalances =
        Telemetry.Meter.CreateCounter<long>("im_rebalances_total", description: "Times that partitions were given to this process");

    private static readonly Gauge<long> s_lag =
        Telemetry.Meter.CreateGauge<long>("im_log_lag_records", description: "Records behind the end of a partition, as of the last batch");

    public static void Produced(string topic, TimeSpan took) =>
        s_produceSeconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("topic", topic));

    public static void Assigned(string group) => s_rebalances.Add(1, new KeyValuePair<string, object?>("group", group));

    public static void Lag(string group, int partition, long records) => s_lag.Record(
        records, new KeyValuePair<string, object?>("group", group), new KeyValuePair<string, object?>("partition", partition));
}
