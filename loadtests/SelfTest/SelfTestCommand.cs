using System.CommandLine;
using System.Diagnostics;
using BrokerIm.LoadTests.Chat;
using BrokerIm.LoadTests.Reporting;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;
using ClientType = BrokerIm.Contracts.Wire.ClientType;

namespace BrokerIm.LoadTests.SelfTest;

/// <summary><c>selftest</c>: what the generator itself can do.</summary>
internal static class SelfTestCommand
{
    private static readonly Option<int> s_pairs = Arguments.Number("--pairs", "Pairs of users.", 50, 1, 5_000);

    private static readonly Option<int> s_outstanding = Arguments.Number(
        "--outstanding", "Messages of one connection that may be without an ack.", 8, 1, SendWindow.Sequences);

    private static readonly Option<int> s_duration = Arguments.Number("--duration", "Seconds to measure.", 10, 1, 3_600);

    private static readonly Option<int> s_warmUp = Arguments.Number("--warmup", "Seconds to send before that.", 5, 0, 3_600);

    private static readonly Option<bool> s_allCores = new("--all-cores") { Description = "Use every core, and keep no result." };

    public static Command Create()
    {
        var command = new Command(
            "selftest",
            "Runs 'chat' against a sink in its own process that acknowledges and delivers and keeps nothing, both on one core, and keeps the "
            + "result, which later reports of this build on this machine then name as the generator's ceiling." + RunArguments.ExitCodes)
        {
            s_pairs, s_outstanding, s_duration, s_warmUp, s_allCores,
        };
        command.SetAction((arguments, cancellationToken) => RunArguments.TryAsync(() =>
            Environment.ProcessorCount == 1 || arguments.GetValue(s_allCores)
                ? MeasureAsync(arguments, cancellationToken)
                : OnOneCoreAsync(arguments, cancellationToken)));
        return command;
    }

    // Linux sets affinity thread by thread, and by now there are many; so a second process is started that never has more than one core.
    private static async Task<int> OnOneCoreAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var child = Process.Start(
            "taskset", ["--cpu-list", "0", .. OwnProgram.Command, .. arguments.Tokens.Select(static token => token.Value)]);
        try
        {
            await child.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            child.Kill(entireProcessTree: true);
            throw;
        }

        return child.ExitCode;
    }

    private static async Task<int> MeasureAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (pairs, outstanding) = (arguments.GetValue(s_pairs), arguments.GetValue(s_outstanding));
        await using var sink = new SinkServer();
        var talk = TalkOptions.Of(rate: null, TimeSpan.Zero, outstanding, messageBytes: 64);
        LoadUser[] users = [.. Enumerable.Range(0, pairs * 2).Select(static number => new LoadUser($"user {number}", ""))];
        await using var scenario = new ChatScenario(new(sink.Address, pairs, ClientType.Windows, talk), users);
        var options = new RunOptions(
            TimeSpan.FromSeconds(arguments.GetValue(s_warmUp)), TimeSpan.FromSeconds(arguments.GetValue(s_duration)), [], System: "sink");
        var report = await new ScenarioRunner(options, Console.Error).RunAsync(scenario, cancellationToken);
        if (!arguments.GetValue(s_allCores) && !report.Verdict.IsViolated)
        {
            var ceiling = new Ceiling(report.Steps[0].PerSecond, outstanding, report.Processes[0].Microseconds);
            ceiling.Keep();
            report = report with { Ceiling = ceiling };
        }

        TextReport.Print(report, Console.Out, withColour: !Console.IsOutputRedirected);
        Console.WriteLine(ReportFile.ToLine(report));
        return report.Verdict.IsViolated ? 1 : 0;
    }
}
