using System.Globalization;

namespace BrokerIm.LoadTests.Reporting;

/// <summary>A report for people at a terminal.</summary>
internal static class TextReport
{
    private const string Red = "\e[1;31m";
    private const string Plain = "\e[0m";

    /// <summary>Prints it.</summary>
    /// <param name="report">What was measured.</param>
    /// <param name="output">Where to.</param>
    /// <param name="withColour">Whether a violation is printed in red.</param>
    public static void Print(RunReport report, TextWriter output, bool withColour)
    {
        output.WriteLine();
        output.WriteLine(
            $"{report.Scenario} on {report.System}, {report.Seconds:0.0} s measured; "
            + string.Join(", ", report.Settings.Select(static setting => $"{setting.Key} {setting.Value}")));
        foreach (var step in report.Steps)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {step.Name,-18} {step.PerSecond,11:N0} /s   p50 {step.Latency.P50:0.00}  p90 {step.Latency.P90:0.00}  "
                + $"p99 {step.Latency.P99:0.00}  p99.9 {step.Latency.P999:0.00}  max {step.Latency.Max:0.00} ms"));
        }

        foreach (var process in report.Processes)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {process.Name,-18} {process.Microseconds,11:0.0} µs   {process.ProcessorShare:0.00} CPUs, "
                + $"{Mebibytes(process.OwnBytes)} MiB (at start {Mebibytes(process.OwnBytesAtStart)}), pid {process.Pid}"));
        }

        if (report.ServerMicroseconds is { } cost)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"all servers",-18} {cost,11:0.0} µs of CPU each"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  generator: {report.Generator.BytesPerItem:0} bytes allocated each, collections {string.Join('/', report.Generator.Collections)}, "
            + $"{report.Generator.CollectionPauseMs:0} ms of pauses; {report.Generator.SentPerSecond / 1e6:0.0} MB/s out, "
            + $"{report.Generator.ReceivedPerSecond / 1e6:0.0} MB/s in"));
        output.WriteLine(report.Ceiling is { } ceiling
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"  generator's ceiling: {ceiling.PerSecond:N0} messages/s on one core with its sink, {ceiling.Outstanding} outstanding")
            : "  generator's ceiling: not measured with this build; run 'selftest'");
        if (report.WasBusy)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  the machine was busy: {report.OthersShare:P0} of its processor time went to processes not listed here"));
        }

        var isRed = withColour && report.Verdict.IsViolated;
        output.WriteLine($"  {(isRed ? Red : "")}{report.Verdict}{(isRed ? Plain : "")}");
    }

    private static long Mebibytes(long bytes) => bytes >> 20;
}
