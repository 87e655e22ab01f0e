using BrokerIm.Faults.Beds;
using BrokerIm.Faults.Processes;
using BrokerIm.Faults.Workload;

namespace BrokerIm.Faults.Cells;

/// <summary>Runs cells one after the other, on one installation as long as they leave it healthy.</summary>
/// <param name="folder">For data, logs and histories.</param>
/// <param name="crowd">The workload.</param>
/// <param name="times">How long the parts last.</param>
/// <param name="progress">One line per cell.</param>
internal sealed class CellSequence(string folder, CrowdOptions crowd, CellTimes times, TextWriter progress) : IAsyncDisposable
{
    private Bed? _bed;
    private bool _isEmbedded;
    private int _beds;

    /// <summary>Runs one cell; a failure of the run itself is part of its result.</summary>
    public async Task<CellResult> RunAsync(Cell cell, int seed, CancellationToken cancellationToken)
    {
        var histories = Path.Combine(folder, "histories", cell.Name);
        if (Directory.Exists(histories))
            Directory.Delete(histories, recursive: true);
        Directory.CreateDirectory(histories);

        await progress.WriteLineAsync($"{DateTime.UtcNow:HH:mm:ss} {cell}");
        var result = await TryAsync(cell, seed, histories, cancellationToken);
        await progress.WriteLineAsync($"         {Describe(result)}");

        // What is not well may not be well for the next cell either, which must not be blamed for it.
        if (result.Troubles.Count > 0)
            await CloseAsync();
        return result;
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<CellResult> TryAsync(Cell cell, int seed, string histories, CancellationToken cancellationToken)
    {
        try
        {
            var bed = await OpenAsync(cell.IsEmbedded, cancellationToken);
            return await new CellRun(bed, cell, histories, seed, crowd, times).RunAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is CommandFailedException or Client.ImException or TimeoutException or HttpRequestException)
        {
            return new(cell, seed, histories) { Troubles = [exception.Message] };
        }
    }

    private async Task<Bed> OpenAsync(bool embedded, CancellationToken cancellationToken)
    {
        if (_bed is not null && embedded == _isEmbedded)
            return _bed;

        await CloseAsync();
        _isEmbedded = embedded;
        var bedFolder = Path.Combine(folder, $"bed-{++_beds}");
        Directory.CreateDirectory(bedFolder);
        _bed = embedded ? new EmbeddedBed(bedFolder) : new BrokeredBed(bedFolder, LocalServices.ChooseOffset());
        await _bed.StartAsync(cancellationToken);
        return _bed;
    }

    private async Task CloseAsync()
    {
        var bed = _bed;
        _bed = null;
        if (bed is not null)
            await bed.DisposeAsync();
    }

    private static string Describe(CellResult result) => result switch
    {
        { Skipped: { } reason } => $"skipped: {reason}",
        { Holds: true } => $"holds; longest stall {result.LongestStall.TotalSeconds:0.0} s, {result.Acked} acknowledged",
        _ => $"FAILED: {string.Join(' ', result.Troubles)} {string.Join(' ', result.Verdict?.Violations.Select(static one => one.Rule.Name).Distinct() ?? [])}",
    };
}
