using System.Text.Encodings.Web;
using System.Text.Json;
using BrokerIm.Import;

namespace BrokerIm.Server.Import;

/// <summary>The result of an import in words.</summary>
internal static class ImportSummary
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes counts per table, and then why rows were skipped or changed.</summary>
    public static void Write(ImportReport report, bool dryRun, TextWriter output)
    {
        if (dryRun)
            output.WriteLine("Dry run: nothing was written.");
        foreach (var (table, counts) in report.Tables)
        {
            output.WriteLine(
                $"{table}: {counts.Read} read, {counts.Imported} imported, {counts.Renumbered} renumbered, {counts.Skipped} skipped");
        }

        foreach (var (table, reason, rows) in report.Reasons)
            output.WriteLine($"  {table}: {rows} × {reason}");
    }

    /// <summary>A settings file with the discovery items.</summary>
    public static string DiscoverySettings(IReadOnlyList<ImportedDiscoveryItem> items) =>
        JsonSerializer.Serialize(new { Gateway = new { DiscoveryItems = items } }, s_json) + Environment.NewLine;
}
