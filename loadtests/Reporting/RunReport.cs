using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.SelfTest;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.LoadTests.Reporting;

/// <summary>What a run measured; this is what is kept in files and compared.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="System">What was measured: <c>brokerim</c>, or a rival.</param>
/// <param name="At">When.</param>
/// <param name="Machine">Where.</param>
/// <param name="Settings">What the scenario was told.</param>
/// <param name="Seconds">How long was measured.</param>
/// <param name="Steps">What was done; rates and costs are counted by the first.</param>
/// <param name="Timeline">How it went, warm-up included.</param>
/// <param name="Processes">What it cost; the generator comes first.</param>
/// <param name="Generator">What the generator did to itself.</param>
/// <param name="OthersShare">Share of the machine's processor time that went to none of the processes, 0 to 1.</param>
/// <param name="Verdict">Whether the server did its part.</param>
/// <param name="Ceiling">What the generator can do at most; null when it was not measured.</param>
internal sealed record RunReport(
    string Scenario,
    string System,
    DateTimeOffset At,
    Machine Machine,
    IReadOnlyDictionary<string, string> Settings,
    double Seconds,
    IReadOnlyList<StepReport> Steps,
    IReadOnlyList<TimelinePoint> Timeline,
    IReadOnlyList<ProcessReport> Processes,
    GeneratorReport Generator,
    double OthersShare,
    Verdict Verdict,
    Ceiling? Ceiling)
{
    /// <summary>From this share on the machine was so busy with other things that rates and latencies say little.</summary>
    public const double BusyShare = 0.05;

    /// <summary>Whether something else was at work.</summary>
    public bool WasBusy => OthersShare > BusyShare;

    /// <summary>Processor time of the servers per thing done, in microseconds; null when no process was watched.</summary>
    public double? ServerMicroseconds => Processes.Count > 1 ? Processes.Skip(1).Sum(static process => process.Microseconds) : null;

    /// <summary>Makes a report of what was seen before, between and after.</summary>
    public static RunReport Of(
        Running.IScenario scenario,
        string system,
        IReadOnlyList<WatchedProcess> processes,
        Moment start,
        Moment before,
        Moment after,
        IReadOnlyList<TimelinePoint> timeline,
        Verdict verdict)
    {
        var seconds = after.SecondsSince(before);
        var done = Math.Max(1, after.Steps[0] - before.Steps[0]);
        ProcessReport[] costs =
        [
            .. processes.Select((process, index) => ProcessReport.Of(
                process, start.Processes[index], before.Processes[index], after.Processes[index], seconds, done)),
        ];
        var used = costs.Sum(static cost => cost.ProcessorShare) * seconds;
        return new(
            scenario.Name,
            system,
            DateTimeOffset.UtcNow,
            Machine.This,
            scenario.Settings,
            seconds,
            [.. scenario.Steps.Select((step, index) => StepReport.Of(step, after.Steps[index] - before.Steps[index], seconds))],
            timeline,
            costs,
            GeneratorReport.Of(before, after, done),
            MachineSample.ShareOfOthers(before.Machine, after.Machine, used),
            verdict,
            Ceiling.Known());
    }
}
