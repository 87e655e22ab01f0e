using System.Diagnostics;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Reporting;

namespace BrokerIm.LoadTests.Running;

/// <summary>Runs a scenario: prepares, warms up, measures, lets it come to rest, has it judged.</summary>
internal sealed class ScenarioRunner(RunOptions options, TextWriter progress)
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(30);

    private readonly List<TimelinePoint> _timeline = [];
    private readonly WatchedProcess[] _processes = [WatchedProcess.Self, .. options.Servers];
    private long _lastBeat;
    private long _startedAt;

    /// <summary>Runs it, without disposing it.</summary>
    public async Task<RunReport> RunAsync(IScenario scenario, CancellationToken cancellationToken)
    {
        var start = Moment.Take(scenario, _processes);
        await scenario.PrepareAsync(progress, cancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _startedAt = _lastBeat = Stopwatch.GetTimestamp();
        var driving = scenario.DriveAsync(stop.Token);
        await WatchAsync(scenario, options.WarmUp, isMeasured: false, driving, cancellationToken);

        var before = Moment.Take(scenario, _processes);
        scenario.Window.Open();
        await WatchAsync(scenario, options.Duration, isMeasured: true, driving, cancellationToken);
        var after = Moment.Take(scenario, _processes);
        scenario.Window.Close();

        await stop.CancelAsync();
        await driving;
        var settling = Stopwatch.GetTimestamp();
        await scenario.SettleAsync(cancellationToken);
        await progress.WriteLineAsync($"settled after {Stopwatch.GetElapsedTime(settling).TotalSeconds:0.0} s");
        return RunReport.Of(scenario, options.System, _processes, start, before, after, _timeline, scenario.Judge());
    }

    private async Task WatchAsync(
        IScenario scenario, TimeSpan time, bool isMeasured, Task driving, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var last = Moment.Take(scenario, _processes);
        while (!driving.IsCompleted && time - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
        {
            await Task.WhenAny(driving, Task.Delay(left < s_second ? left : s_second, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            var now = Moment.Take(scenario, _processes);
            var point = PointOf(last, now, isMeasured);
            _timeline.Add(point);
            last = now;
            await progress.WriteLineAsync(
                $"{(isMeasured ? "measured" : "warm-up")} {Stopwatch.GetElapsedTime(started).TotalSeconds:0}/{time.TotalSeconds:0} s: "
                + string.Join(", ", scenario.Steps.Zip(point.PerSecond, static (step, rate) => $"{step.Name} {rate:N0}/s"))
                + (point.ServerProcessors is { } busy ? $", servers {busy:0.00} CPUs" : ""));

            if (Stopwatch.GetElapsedTime(_lastBeat) < s_heartbeat)
                continue;
            _lastBeat = Stopwatch.GetTimestamp();
            scenario.Beat();
        }
    }

    private TimelinePoint PointOf(Moment last, Moment now, bool isMeasured)
    {
        var seconds = now.SecondsSince(last);
        double? servers = options.Servers.Count == 0
            ? null
            : now.Processes.Zip(last.Processes, static (after, before) => (after?.Processor - before?.Processor)?.TotalSeconds ?? 0)
                .Skip(1).Sum() / seconds;
        return new(
            Stopwatch.GetElapsedTime(_startedAt, now.At).TotalSeconds,
            isMeasured,
            [.. now.Steps.Zip(last.Steps, (after, before) => (after - before) / seconds)],
            servers);
    }
}
