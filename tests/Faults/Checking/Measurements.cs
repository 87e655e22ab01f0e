using System.Text.Json;

namespace BrokerIm.Faults.Checking;

/// <summary>What a run measured from outside, beside its histories. Null stands for what was not measured.</summary>
internal sealed record Measurements
{
    /// <summary>Name of the file beside the histories.</summary>
    public const string FileName = "measurements.json";

    private static readonly JsonSerializerOptions s_format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Processes that lived through the whole run.</summary>
    public IReadOnlyList<ProcessGrowth>? Processes { get; init; }

    /// <summary>Records that were put aside.</summary>
    public PutAside? PutAside { get; init; }

    /// <summary>What the log has below the committed offsets and the store has not, a finding each.</summary>
    public IReadOnlyList<string>? MissingFromStore { get; init; }

    /// <summary>Acknowledged messages per second.</summary>
    public Throughput? Throughput { get; init; }

    /// <summary>Log lines with something in them that must not be there: file and what, without the line itself.</summary>
    public IReadOnlyList<string>? SecretsInLogs { get; init; }

    /// <summary>How late a message may be after the fault or after its acknowledgement; null does not judge lateness.</summary>
    public TimeSpan? DeliveredWithin { get; init; }

    /// <summary>Writes them beside the histories.</summary>
    public Task WriteAsync(string folder, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, s_format), cancellationToken);

    /// <summary>Reads them; nothing was measured where there is no such file.</summary>
    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static async Task<Measurements> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize<Measurements>(await File.ReadAllTextAsync(path, cancellationToken), s_format) ?? new()
                : new();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }
}

/// <summary>What a process held before and after.</summary>
internal sealed record ProcessGrowth(string Process, ProcessSize Before, ProcessSize After);

/// <summary>What a process holds.</summary>
/// <param name="OwnBytes">Memory in RAM.</param>
/// <param name="Handles">Open files and sockets.</param>
/// <param name="Threads">Threads.</param>
internal sealed record ProcessSize(long OwnBytes, int Handles, int Threads);

/// <summary>Records put aside, and how many of them the run had broken on purpose.</summary>
internal sealed record PutAside(long Seen, long Injected);

/// <summary>Acknowledged messages per second before the fault and, at best, within the time allowed after it.</summary>
internal sealed record Throughput(double Before, double After);
