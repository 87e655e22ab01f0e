using System.Globalization;
using System.Text;
using System.Text.Json;
using BrokerIm.Faults.Cells;
using BrokerIm.Faults.Checking;

namespace BrokerIm.Faults.Reporting;

/// <summary>What came of the cells, for people (<c>report.md</c>) and for programs (<c>report.json</c>).</summary>
internal static class FaultReport
{
    private const int MaxViolations = 5;
    private static readonly JsonSerializerOptions s_format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes both files.</summary>
    public static async Task WriteAsync(string folder, IReadOnlyList<CellResult> results, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "report.md"), ToMarkdown(results), cancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "report.json"), JsonSerializer.Serialize(results.Select(ToJson), s_format), cancellationToken);
    }

    /// <summary>The report for people.</summary>
    public static string ToMarkdown(IReadOnlyList<CellResult> results)
    {
        var text = new StringBuilder("# Faults\n\n")
            .Append(CultureInfo.InvariantCulture, $"{results.Count(static one => one.Holds && one.Skipped is null)} cells hold, ")
            .Append(CultureInfo.InvariantCulture, $"{results.Count(static one => !one.Holds)} fail, ")
            .Append(CultureInfo.InvariantCulture, $"{results.Count(static one => one.Skipped is not null)} were skipped.\n\n")
            .Append("| Cell | Fault from - to, s | Longest stall, s | Longest silence, s | Acknowledged | Unknown | Verdict | Again |\n")
            .Append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (var result in results)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {result.Cell} | {result.FaultSeconds.From:0.0} - {result.FaultSeconds.To:0.0} | {result.LongestStall.TotalSeconds:0.0} "
                + $"| {result.LongestSilence.TotalSeconds:0.0} | {result.Acked} | {result.Unknown} | {VerdictOf(result)} | `{Again(result)}` |\n");
        }

        text.Append("\n## Rules\n\n");
        foreach (var rule in Rule.All)
            text.Append(CultureInfo.InvariantCulture, $"- {rule.Name}: {rule.Promise} {Summary(rule, results)}\n");

        foreach (var result in results.Where(static one => !one.Holds))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {result.Cell}\n\n");
            foreach (var trouble in result.Troubles)
                text.Append(CultureInfo.InvariantCulture, $"- {trouble}\n");
            foreach (var violations in (result.Verdict?.Violations ?? []).GroupBy(static violation => violation.Rule))
            {
                text.Append(CultureInfo.InvariantCulture, $"- {violations.Key}: {violations.Count()} times, such as\n\n");
                text.Append(CultureInfo.InvariantCulture, $"```\n{string.Join('\n', violations.Take(MaxViolations))}\n```\n");
            }
        }

        return text.ToString();
    }

    private static string VerdictOf(CellResult result) => result switch
    {
        { Skipped: { } reason } => $"skipped: {reason}",
        { Holds: true } => "holds",
        _ => $"**fails** {string.Join(' ', result.Verdict?.Violations.Select(static one => one.Rule.Name).Distinct() ?? [])}",
    };

    private static string Again(CellResult result) => $"./faults.sh --cells {result.Cell} --seed {result.Seed}";

    private static string Summary(Rule rule, IReadOnlyList<CellResult> results)
    {
        var judged = results.Where(static one => one.Verdict is not null).Select(one => one.Verdict!.Of(rule)).ToList();
        return string.Join(", ", judged.GroupBy(static verdict => verdict).Select(static one => $"{one.Count()} {one.Key}"));
    }

    private static object ToJson(CellResult result) => new
    {
        Cell = result.Cell.Name,
        result.Cell.Component,
        Fault = $"{result.Cell.Fault}",
        result.Seed,
        result.Skipped,
        result.Holds,
        FaultFromSeconds = result.FaultSeconds.From,
        FaultToSeconds = result.FaultSeconds.To,
        LongestStallSeconds = result.LongestStall.TotalSeconds,
        LongestSilenceSeconds = result.LongestSilence.TotalSeconds,
        result.Acked,
        result.Unknown,
        result.Troubles,
        Rules = result.Verdict is { } verdict ? Rule.All.ToDictionary(static rule => rule.Name, verdict.Of) : null,
        Violations = result.Verdict?.Violations.Select(static violation => $"{violation}"),
        Again = Again(result),
    };
}
