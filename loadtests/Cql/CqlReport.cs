using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BrokerIm.LoadTests.Cql;

/// <summary>What was measured, for people and for programs.</summary>
internal sealed class CqlReport(CqlLoadOptions options, string release, IReadOnlyList<CqlMeasurement> measurements)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Prints the medians of all rounds, and in the last line everything for programs.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(
            $"Cassandra {release}, {options.Rounds} rounds of {options.Duration.TotalSeconds:0} s, medians; a batch is one request");
        output.WriteLine("  what       in flight  client   requests/s   (min - max)            p50 ms   p99 ms   CPU us   bytes");
        foreach (var workload in measurements.GroupBy(measured => (measured.Workload, measured.InFlight)))
        {
            var clients = workload.GroupBy(measured => measured.Client).Select(client => client.ToArray()).ToArray();
            foreach (var client in clients)
                output.WriteLine(Line(client));
            if (clients is [var own, var other])
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{"",-32}{Median(own, one => one.PerSecond) / Median(other, one => one.PerSecond):0.0} times as many, "
                    + $"{Median(other, one => one.CpuMicroseconds) / Median(own, one => one.CpuMicroseconds):0.0} times less CPU each"));
            }
        }

        output.WriteLine(ToJson());
    }

    /// <summary>All measurements.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            Scenario = "cql",
            CassandraRelease = release,
            options.Rounds,
            Seconds = options.Duration.TotalSeconds,
            WarmUpSeconds = options.WarmUp.TotalSeconds,
            CqlTables.BatchRows,
            CqlTables.MetaBytes,
            CqlTables.BodyBytes,
            Measurements = measurements,
        },
        s_json);

    private static string Line(CqlMeasurement[] rounds)
    {
        var perSecond = $"({rounds.Min(one => one.PerSecond):N0} - {rounds.Max(one => one.PerSecond):N0})";
        var bytes = rounds[0].AllocatedBytes is null ? "" : $"{Median(rounds, one => one.AllocatedBytes!.Value):N0}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"  {rounds[0].Workload,-9}  {rounds[0].InFlight,9}  {rounds[0].Client,-6}  {Median(rounds, one => one.PerSecond),11:N0}   "
            + $"{perSecond,-20}  {Median(rounds, one => one.P50Ms),7:0.00}  {Median(rounds, one => one.P99Ms),7:0.00}  "
            + $"{Median(rounds, one => one.CpuMicroseconds),7:0.0}  {bytes,6}");
    }

    private static double Median(CqlMeasurement[] rounds, Func<CqlMeasurement, double> value)
    {
        var ordered = rounds.Select(value).Order().ToArray();
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }
}
