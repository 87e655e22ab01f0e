using System.Text.Json;

namespace BrokerIm.LoadTests.Reporting;

/// <summary>Reports in files, for programs and for later.</summary>
internal static class ReportFile
{
    private static readonly JsonSerializerOptions s_format = new(JsonSerializerDefaults.Web);
    private static readonly JsonSerializerOptions s_indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>On one line.</summary>
    public static string ToLine(RunReport report) => JsonSerializer.Serialize(report, s_format);

    /// <summary>Writes one.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static Task WriteAsync(RunReport report, FileInfo file, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(report, s_indented), cancellationToken);

    /// <summary>Reads one.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static async Task<RunReport> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = file.OpenRead();
            return await JsonSerializer.DeserializeAsync<RunReport>(stream, s_format, cancellationToken)
                ?? throw new InvalidDataException($"{file} holds no report.");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{file}: {exception.Message}", exception);
        }
    }
}
