using System.Globalization;

namespace BrokerIm.LoadTests.Reporting;

/// <summary>Two reports side by side.</summary>
/// <param name="first">What is compared with.</param>
/// <param name="second">What is compared.</param>
internal sealed class Comparison(RunReport first, RunReport second)
{
    /// <summary>Each figure of both: its name, the two values and second divided by first; a ratio is NaN where the first is 0.</summary>
    public IReadOnlyList<(string What, double First, double Second, double Ratio)> Lines { get; } = [.. Compare(first, second)];

    /// <summary>
    /// Settings in which the two differ; ratios of such runs compare the settings too. What only one of two different systems knows
    /// is no difference, and neither is where it runs.
    /// </summary>
    public IReadOnlyList<string> DifferentSettings { get; } =
    [
        .. (first.System == second.System ? first.Settings.Keys.Union(second.Settings.Keys) : first.Settings.Keys.Intersect(second.Settings.Keys))
            .Where(static key => key != "target")
            .Where(key => first.Settings.GetValueOrDefault(key) != second.Settings.GetValueOrDefault(key))
            .Select(key => $"{key}: {first.Settings.GetValueOrDefault(key) ?? "-"} and {second.Settings.GetValueOrDefault(key) ?? "-"}"),
    ];

    /// <summary>Prints them.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{first.Scenario}: {first.System} of {first.At:u} and {second.System} of {second.At:u}");
        foreach (var (what, before, after, ratio) in Lines)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {what,-28} {before,14:N2} {after,14:N2}   ratio {ratio:0.00}"));
        }

        foreach (var setting in DifferentSettings)
            output.WriteLine($"  not the same setting: {setting}");
        if (first.Machine != second.Machine)
            output.WriteLine("  not the same machine");
        foreach (var report in new[] { first, second })
        {
            if (report.WasBusy)
                output.WriteLine($"  the machine was busy while {report.System} was measured ({report.OthersShare:P0})");
            if (report.Verdict.IsViolated)
                output.WriteLine($"  {report.System}: {report.Verdict}");
        }
    }

    private static IEnumerable<(string What, double First, double Second, double Ratio)> Compare(RunReport first, RunReport second)
    {
        foreach (var (before, after) in first.Steps.Join(second.Steps, static step => step.Name, static step => step.Name, ValueTuple.Create))
        {
            yield return Line($"{before.Name}, per second", before.PerSecond, after.PerSecond);
            yield return Line($"{before.Name}, p50 ms", before.Latency.P50, after.Latency.P50);
            yield return Line($"{before.Name}, p99 ms", before.Latency.P99, after.Latency.P99);
            yield return Line($"{before.Name}, p99.9 ms", before.Latency.P999, after.Latency.P999);
        }

        if (first.ServerMicroseconds is { } cost && second.ServerMicroseconds is { } otherCost)
            yield return Line("servers, µs of CPU each", cost, otherCost);
        yield return Line("generator, µs of CPU each", first.Processes[0].Microseconds, second.Processes[0].Microseconds);
    }

    private static (string, double, double, double) Line(string what, double first, double second) =>
        (what, first, second, first == 0 ? double.NaN : second / first);
}
