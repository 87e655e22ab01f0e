using BrokerIm.Faults.Beds;
using BrokerIm.Faults.Checking;
using BrokerIm.Faults.History;
using BrokerIm.Faults.Processes;
using BrokerIm.Faults.Workload;

namespace BrokerIm.Faults.Cells;

/// <summary>Runs one cell: people talk, something breaks, is mended, they go on talking, stop, and everything is looked at.</summary>
internal sealed class CellRun(Bed bed, Cell cell, string folder, int seed, CrowdOptions crowdOptions, CellTimes times)
{
    private readonly List<string> _troubles = [];

    /// <summary>Runs it.</summary>
    /// <remarks>What it finds is in the result; an exception means that the run itself could not be made.</remarks>
    public async Task<CellResult> RunAsync(CancellationToken cancellationToken)
    {
        if (Injection.Obstacle(bed, cell) is { } obstacle)
            return new(cell, seed, folder) { Skipped = obstacle };

        var pids = new Dictionary<RoleProcess, (int Pid, ProcessSize? Size)>();
        await using (var crowd = await Crowd.GatherAsync(bed, folder, crowdOptions, seed, cancellationToken))
        {
            crowd.Enter(Phase.Warm);
            crowd.Talk();
            await Task.Delay(times.Warm, cancellationToken);
            foreach (var role in bed.Roles)
                pids[role] = (role.Pid, ProcessFiles.SizeOf(role.Pid));

            crowd.Enter(Phase.Fault);
            await Injection.RunAsync(bed, cell, times.Fault, cancellationToken);
            crowd.Enter(Phase.Healed);
            await Task.Delay(times.Healed, cancellationToken);

            foreach (var gone in await bed.MendAsync(cancellationToken))
                _troubles.Add($"{gone} had ended by itself and was started again.");
            if (!await crowd.StopTalkingAsync(times.Patience, cancellationToken))
                _troubles.Add($"Some messages had no outcome after {times.Patience}.");
            if (!await crowd.SettleAsync(times.Patience, cancellationToken))
                _troubles.Add($"Somebody did not have everything after {times.Patience}.");
            crowd.Enter(Phase.Quiet);
            await crowd.ReadAllAsync(cancellationToken);
        }

        var events = await HistoryFile.ReadFolderAsync(folder, cancellationToken);
        var timeline = new Timeline(events);
        var measured = await MeasureAsync(pids, timeline, cancellationToken);
        await measured.WriteAsync(folder, cancellationToken);
        return new(cell, seed, folder)
        {
            Verdict = Checker.Judge(events, measured),
            Troubles = _troubles,
            FaultSeconds = timeline.FaultSeconds,
            Acked = events.OfType<SendAcked>().DistinctBy(static ack => ack.Cid).Count(),
            Unknown = timeline.Unknown,
            LongestStall = timeline.LongestStall,
            LongestSilence = timeline.LongestSilence,
        };
    }

    private async Task<Measurements> MeasureAsync(
        Dictionary<RoleProcess, (int Pid, ProcessSize? Size)> before, Timeline timeline, CancellationToken cancellationToken) => new()
    {
        Processes = times.JudgesLoad
            ? [.. before.Where(static one => one.Key.Pid == one.Value.Pid).Select(static one => Grown(one.Key, one.Value.Size)).OfType<ProcessGrowth>()]
            : null,
        PutAside = new(await CountPutAsideAsync(cancellationToken), Injected: 0),
        MissingFromStore = await bed.FindMissingAsync(cancellationToken),
        Throughput = times.JudgesLoad ? timeline.Throughput : null,
        SecretsInLogs = await LogScan.FindAsync(bed.LogFolders, [Bed.Password, MessageBody.Canary], cancellationToken),
        DeliveredWithin = times.DeliveredWithin,
    };

    private static ProcessGrowth? Grown(RoleProcess role, ProcessSize? before) =>
        before is not null && ProcessFiles.SizeOf(role.Pid) is { } after ? new(role.Name, before, after) : null;

    private async Task<long> CountPutAsideAsync(CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var role in bed.Roles)
            count += MetricsText.Sum(await role.MetricsAsync(cancellationToken), "im_skip_total");
        return count;
    }
}
