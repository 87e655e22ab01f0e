using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace BrokerIm.Server.Users;

/// <summary>Reads users from CSV (RFC 4180) with a header line that names the fields. A line that is wrong costs itself.</summary>
internal static class CsvUserFile
{
    private static readonly string[] s_required = ["name", "password"];

    private static readonly CsvConfiguration s_format = new(CultureInfo.InvariantCulture)
    {
        // The header is read here like any other record, so that complaints can name what is wrong.
        HasHeaderRecord = false,
        BadDataFound = null,
        IgnoreBlankLines = true,
    };

    /// <summary>Reads all rows, good and bad, in the order of the file.</summary>
    public static IReadOnlyList<ImportRow> Read(TextReader file)
    {
        using var parser = new CsvParser(file, s_format);
        if (!parser.Read())
            return [ImportRow.Wrong("line 1", "the file is empty; its first line must name the fields.")];

        string[] header = [.. parser.Record!.Select(field => field.Trim().ToLowerInvariant())];
        if (ProblemOf(header) is { } problem)
            return [ImportRow.Wrong("line 1", problem)];

        List<ImportRow> rows = [];
        for (var first = parser.RawRow + 1; parser.Read(); first = parser.RawRow + 1)
            rows.Add(RowOf(first, parser.RawRow, header, parser.Record!));
        return rows;
    }

    private static string? ProblemOf(string[] header)
    {
        var unknown = header.FirstOrDefault(field => !UserFields.All.Contains(field));
        if (unknown is not null)
            return $"there is no field '{unknown}'; the fields are {string.Join(", ", UserFields.All)}.";

        var twice = header.GroupBy(field => field).FirstOrDefault(same => same.Count() > 1);
        if (twice is not null)
            return $"'{twice.Key}' is there twice.";
        return s_required.Except(header).FirstOrDefault() is { } missing
            ? $"the header lacks '{missing}'."
            : null;
    }

    private static ImportRow RowOf(int firstLine, int lastLine, string[] header, string[] record)
    {
        // A quoted field may run over lines; then the record is found where it ends.
        var place = firstLine >= lastLine ? $"line {lastLine}" : $"lines {firstLine}-{lastLine}";
        if (record.Length != header.Length)
            return ImportRow.Wrong(place, $"{record.Length} fields; the header names {header.Length}.");
        return ImportRow.From(place, header.Zip(record).ToDictionary(pair => pair.First, pair => pair.Second));
    }
}
