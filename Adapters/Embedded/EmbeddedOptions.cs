using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Settings of what runs without other services, from the <c>Embedded</c> section.</summary>
public sealed class EmbeddedOptions : IValidatableObject
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Embedded";

    /// <summary>Folder of everything that is kept; created when missing. Defaults to <c>./data</c>.</summary>
    public string DataDirectory { get; set; } = "./data";

    /// <summary>Name of the database in that folder. Its write-ahead log lies beside it. Defaults to <c>brokerim.db</c>.</summary>
    public string File { get; set; } = "brokerim.db";

    /// <summary>How long a write waits for another process that is writing, 10 ms to 1 min. Defaults to 5 s.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections for reading, 1 to 64; as many reads run at once. Defaults to 4.</summary>
    public int ReadConnections { get; set; } = 4;

    /// <summary>Writes that may wait for the next commit, 1 to 100,000; further callers wait. Defaults to 1,024.</summary>
    public int WriteQueue { get; set; } = 1_024;

    /// <summary>
    /// Pages of 8 KiB written to the write-ahead log before they are moved into the database, 100 to 1,000,000. More pages mean
    /// fewer but longer pauses and a longer recovery after a crash. Defaults to 4,096 (32 MiB).
    /// </summary>
    public int CheckpointPages { get; set; } = 4_096;

    /// <summary>Page cache of the writing connection in bytes, 1 MiB to 16 GiB. Defaults to 64 MiB.</summary>
    public long WriteCacheBytes { get; set; } = 64L << 20;

    /// <summary>Bytes of the database read through a memory map, 0 (none) to 1 TiB. Defaults to 256 MiB.</summary>
    public long MemoryMapBytes { get; set; } = 256L << 20;

    /// <summary>Entries of inbound records in memory, waiting or at work, 4,096 to 10,000,000. Defaults to 65,536.</summary>
    public int InboundEntries { get; set; } = 65_536;

    /// <summary>Bytes of inbound records in memory, 1 MiB to 16 GiB. Defaults to 64 MiB.</summary>
    public long InboundBytes { get; set; } = 64L << 20;

    /// <summary>Outbound records kept in memory for Deliver, 1 to 1,000,000; the rest is read from disk. Defaults to 1,024.</summary>
    public int OutboundRecords { get; set; } = 1_024;

    /// <summary>Bytes of outbound records kept in memory for Deliver, 64 KiB to 16 GiB. Defaults to 32 MiB.</summary>
    public long OutboundBytes { get; set; } = 32L << 20;

    /// <summary>Where the database is.</summary>
    internal string Path => System.IO.Path.GetFullPath(System.IO.Path.Combine(DataDirectory, File));

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(DataDirectory))
            yield return Wrong(nameof(DataDirectory), DataDirectory, "a folder");

        if (string.IsNullOrWhiteSpace(File) || System.IO.Path.GetFileName(File) != File)
            yield return Wrong(nameof(File), File, "a file name without folders");

        if (BusyTimeout < TimeSpan.FromMilliseconds(10) || BusyTimeout > TimeSpan.FromMinutes(1))
            yield return Wrong(nameof(BusyTimeout), BusyTimeout, "00:00:00.010 to 00:01:00");

        foreach (var (key, value, least, most) in new[]
        {
            (nameof(ReadConnections), ReadConnections, 1L, 64L),
            (nameof(WriteQueue), WriteQueue, 1, 100_000),
            (nameof(CheckpointPages), CheckpointPages, 100, 1_000_000),
            (nameof(WriteCacheBytes), WriteCacheBytes, 1L << 20, 16L << 30),
            (nameof(MemoryMapBytes), MemoryMapBytes, 0, 1L << 40),
            (nameof(InboundEntries), InboundEntries, 4_096, 10_000_000),
            (nameof(InboundBytes), InboundBytes, 1L << 20, 16L << 30),
            (nameof(OutboundRecords), OutboundRecords, 1, 1_000_000),
            (nameof(OutboundBytes), OutboundBytes, 64L << 10, 16L << 30),
        })
        {
            if (value < least || value > most)
                yield return Wrong(key, value, $"{least} to {most}");
        }
    }

    private static ValidationResult Wrong(string key, object? value, string allowed) =>
        new($"{Section}:{key} is '{value}'; allowed is {allowed}.", [key]);
}

[OptionsValidator]
internal sealed partial class EmbeddedOptionsValidator : IValidateOptions<EmbeddedOptions>;
