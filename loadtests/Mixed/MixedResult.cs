using System.Globalization;
using System.Text.Json;
using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>What a run measured, for people and for programs.</summary>
internal sealed class MixedResult(MixedMeters meters, MixedVerdict verdict, MixedOptions options)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>What went wrong.</summary>
    public MixedVerdict Verdict { get; } = verdict;

    /// <summary>Prints the result for people, and in the last line for programs.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(
            $"{options.Users} users in groups of {options.GroupSize}, {options.Rate:N0} messages/s for {options.Duration.TotalSeconds:0} s");
        Print(output, "login", meters.LoggedIn);
        output.WriteLine($"  logins tried again: {meters.LoginRetries.Value}");
        Print(output, "lists", meters.Loaded);
        Print(output, "send to ack", meters.Acked);
        output.WriteLine(Verdict.IsViolated
            ? $"  VIOLATED: {Verdict}"
            : $"  {Verdict.Sent} messages, nothing lost, doubled, out of order or misnumbered; {Verdict.Failed} without a known outcome");
        output.WriteLine(JsonSerializer.Serialize(
            new
            {
                Scenario = "mixed",
                options.Users,
                options.GroupSize,
                options.Rate,
                LoginRetries = meters.LoginRetries.Value,
                LoginMs = ToReport(meters.LoggedIn),
                ListsMs = ToReport(meters.Loaded),
                ToAckMs = ToReport(meters.Acked),
                Violated = Verdict.IsViolated,
                Verdict,
            },
            s_json));
    }

    private static void Print(TextWriter output, string what, LatencyHistogram histogram) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"  {what,-12} p50 {Ms(histogram, 0.5):0.0}  p90 {Ms(histogram, 0.9):0.0}  p99 {Ms(histogram, 0.99):0.0}  "
        + $"max {histogram.MaxNanoseconds / 1e6:0.0} ms"));

    private static double Ms(LatencyHistogram histogram, double share) => histogram.Percentile(share) / 1e6;

    private static object ToReport(LatencyHistogram histogram) => new
    {
        P50 = Ms(histogram, 0.5),
        P90 = Ms(histogram, 0.9),
        P99 = Ms(histogram, 0.99),
        Max = histogram.MaxNanoseconds / 1e6,
        histogram.Count,
    };
}
