using System.Text.Json;
using System.Threading.Channels;

namespace BrokerIm.Faults.History;

/// <summary>Histories on disk: one file per device, one event per line.</summary>
internal sealed class HistoryFile : IAsyncDisposable
{
    /// <summary>How the files of a folder are named.</summary>
    public const string Pattern = "*.jsonl";

    private static readonly JsonSerializerOptions s_format = new(JsonSerializerDefaults.Web);
    private readonly Channel<HistoryEvent> _events =
        Channel.CreateUnbounded<HistoryEvent>(new() { SingleReader = true });

    private readonly Task _writing;

    /// <summary>Begins the file of a device; an earlier one of that name is gone.</summary>
    public HistoryFile(string folder, string device) =>
        _writing = WriteAsync(Path.Combine(folder, $"{device}.jsonl"), _events.Reader);

    /// <summary>Adds an event. Safe for several threads; does not wait for the disk.</summary>
    public void Add(HistoryEvent happened) => _events.Writer.TryWrite(happened);

    /// <summary>All events of all files of a folder, in the order of their time.</summary>
    /// <exception cref="InvalidDataException">A line is no event.</exception>
    public static async Task<IReadOnlyList<HistoryEvent>> ReadFolderAsync(string folder, CancellationToken cancellationToken)
    {
        var events = new List<HistoryEvent>();
        foreach (var file in Directory.EnumerateFiles(folder, Pattern))
        {
            var number = 0;
            await foreach (var line in File.ReadLinesAsync(file, cancellationToken))
            {
                number++;
                events.Add(Parse(line, file, number));
            }
        }

        // A stable order: what a device did within one microsecond stays as it wrote it.
        return [.. events.OrderBy(static happened => happened.At)];
    }

    /// <summary>Writes what is left and closes the file.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        await _writing;
    }

    private static HistoryEvent Parse(string line, string file, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<HistoryEvent>(line, s_format)
                ?? throw new InvalidDataException($"{file}, line {number}: no event.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file}, line {number}: {exception.Message}", exception);
        }
    }

    private static async Task WriteAsync(string path, ChannelReader<HistoryEvent> events)
    {
        await using var file = new StreamWriter(path);
        await foreach (var happened in events.ReadAllAsync())
            await file.WriteLineAsync(JsonSerializer.Serialize(happened, s_format));
    }
}
