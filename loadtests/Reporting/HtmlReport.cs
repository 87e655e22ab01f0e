using System.Globalization;
using System.Net;
using System.Text;

namespace BrokerIm.LoadTests.Reporting;

/// <summary>A report as one HTML file that needs nothing beside it.</summary>
internal static class HtmlReport
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
        table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .8rem;border-bottom:1px solid #ddd;text-align:right}
        td:first-child,th:first-child{text-align:left}.good{color:#176b2c}.bad{color:#fff;background:#b3261e;padding:.5rem 1rem}
        .warn{color:#8a5a00}svg{width:100%;height:auto}h2{margin-top:2rem}
        """;

    /// <summary>Writes it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static Task WriteAsync(RunReport report, FileInfo file, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(file.FullName, Render(report), cancellationToken);

    /// <summary>The whole page.</summary>
    public static string Render(RunReport report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>{Text(report.Scenario)}</title>");
        page.Append(CultureInfo.InvariantCulture, $"<style>{Style}</style><h1>{Text(report.Scenario)} on {Text(report.System)}</h1>");
        page.Append(CultureInfo.InvariantCulture, $"<p>{report.At:u}, {report.Seconds:0.0} s measured</p>");
        page.Append(CultureInfo.InvariantCulture, $"<p class=\"{(report.Verdict.IsViolated ? "bad" : "good")}\">{Text(report.Verdict.ToString())}</p>");
        if (report.WasBusy)
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"warn\">The machine was busy: {report.OthersShare:P0} of its processor time went elsewhere.</p>");

        Table(
            page, "What was done", ["", "per second", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms"],
            report.Steps.Select(static step => new[]
            {
                step.Name, F0(step.PerSecond), F2(step.Latency.P50), F2(step.Latency.P90), F2(step.Latency.P99), F2(step.Latency.P999),
                F2(step.Latency.Max),
            }));
        page.Append("<h2>Rate over time</h2>").Append(SvgChart.Rates(report));
        page.Append("<h2>Latency by percentile</h2>").Append(SvgChart.Latencies(report));
        Table(
            page, "What it cost", ["process", "CPU µs each", "CPUs", "MiB at start", "MiB at end"],
            report.Processes.Select(static process => new[]
            {
                $"{process.Name} ({process.Pid})", F1(process.Microseconds), F2(process.ProcessorShare),
                F0(process.OwnBytesAtStart / 1048576.0), F0(process.OwnBytes / 1048576.0),
            }));
        Table(page, "Settings", ["", ""], report.Settings.Select(static setting => new[] { setting.Key, setting.Value }));
        Table(page, "Generator and machine", ["", ""], MachineRows(report));
        return page.Append("</html>\n").ToString();
    }

    private static IEnumerable<string[]> MachineRows(RunReport report)
    {
        yield return ["processor", $"{report.Machine.Cores} × {report.Machine.Processor}"];
        yield return ["memory", $"{F0(report.Machine.MemoryBytes / 1048576.0)} MiB"];
        yield return ["system", report.Machine.System];
        yield return ["runtime", report.Machine.Runtime];
        yield return ["allocated each", $"{F0(report.Generator.BytesPerItem)} bytes"];
        yield return ["collections", $"{string.Join(" / ", report.Generator.Collections)}, {F0(report.Generator.CollectionPauseMs)} ms of pauses"];
        yield return ["wire", $"{F1(report.Generator.SentPerSecond / 1e6)} MB/s out, {F1(report.Generator.ReceivedPerSecond / 1e6)} MB/s in"];
        yield return ["ceiling", report.Ceiling is { } ceiling ? $"{F0(ceiling.PerSecond)} messages/s on one core with its sink" : "not measured"];
    }

    private static void Table(StringBuilder page, string title, string[] head, IEnumerable<string[]> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2><table><tr>");
        foreach (var cell in head)
            page.Append(CultureInfo.InvariantCulture, $"<th>{Text(cell)}");
        foreach (var row in rows)
        {
            page.Append("<tr>");
            foreach (var cell in row)
                page.Append(CultureInfo.InvariantCulture, $"<td>{Text(cell)}");
        }

        page.Append("</table>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string F0(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string F1(double number) => number.ToString("N1", CultureInfo.InvariantCulture);

    private static string F2(double number) => number.ToString("N2", CultureInfo.InvariantCulture);
}
