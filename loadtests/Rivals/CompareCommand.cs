using System.CommandLine;
using System.Net;
using BrokerIm.LoadTests.Chat;
using BrokerIm.LoadTests.Reporting;
using BrokerIm.LoadTests.Rivals.Null;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using ClientType = BrokerIm.Contracts.Wire.ClientType;

namespace BrokerIm.LoadTests.Rivals;

/// <summary><c>compare</c>: two saved reports, or BrokerIm and a rival in turns.</summary>
internal static class CompareCommand
{
    private static readonly Argument<FileInfo[]> s_files = new("files")
    {
        Description = "Two reports, saved with --json or --save-baseline; the second is divided by the first.", Arity = new(0, 2),
    };

    private static readonly Option<string?> s_against = new("--against")
    {
        Description = $"A rival instead of files: {string.Join(", ", Rival.Names)}, fetched from Debian when it is not there yet; or "
            + $"{NullRival.OwnName}, BrokerIm's own gateway with nothing behind it.",
    };

    private static readonly Option<EndPoint> s_target = Arguments.Target(8_000);

    private static readonly Option<FileInfo?> s_users = new("--users") { Description = "Users file, needed with --against." };

    private static readonly Option<int> s_pairs = Arguments.Number("--pairs", "Pairs of users; both of a pair send.", 100, 1, 10_000);

    private static readonly Option<int> s_rounds = Arguments.Number("--rounds", "How often both are measured; medians are compared.", 3, 1, 100);

    public static Command Create()
    {
        s_against.AcceptOnlyFromAmong([.. Rival.Names, NullRival.OwnName]);
        var command = new Command(
            "compare",
            "Prints the ratios of two saved reports; or, with --against, starts a rival, measures 'chat' on BrokerIm and on the rival in turns, "
            + "and stops the rival." + RunArguments.ExitCodes)
        {
            s_files, s_against, s_target, s_users, s_pairs, s_rounds,
        };
        command.Validators.Add(static result =>
        {
            // By tokens: what is wrong with their values is said elsewhere.
            var files = result.GetResult(s_files)?.Tokens.Count ?? 0;
            var isAgainst = result.GetResult(s_against) is not null;
            if (!isAgainst && files != 2)
                result.AddError("compare takes two reports, or --against with a rival's name.");
            if (isAgainst && (files > 0 || result.GetResult(s_users) is null))
                result.AddError("--against takes no reports and needs --users.");
        });
        command.SetAction((arguments, cancellationToken) => RunArguments.TryAsync(() => arguments.GetValue(s_against) is { } rival
            ? AgainstAsync(rival, arguments, cancellationToken)
            : FilesAsync(arguments.GetRequiredValue(s_files), cancellationToken)));
        return RunArguments.AddServersTo(TalkArguments.AddTo(command));
    }

    private static async Task<int> FilesAsync(FileInfo[] files, CancellationToken cancellationToken)
    {
        var first = await ReportFile.ReadAsync(files[0], cancellationToken);
        var second = await ReportFile.ReadAsync(files[1], cancellationToken);
        new Comparison(first, second).Print(Console.Out);
        return first.Verdict.IsViolated || second.Verdict.IsViolated ? 1 : 0;
    }

    private static async Task<int> AgainstAsync(string name, ParseResult arguments, CancellationToken cancellationToken)
    {
        var (pairs, talk) = (arguments.GetValue(s_pairs), TalkArguments.TalkOf(arguments));
        var users = arguments.GetRequiredValue(s_users)!;
        var accounts = await RunArguments.AccountsAsync(users, 0, pairs * 2, cancellationToken);
        var chat = new ChatOptions(arguments.GetRequiredValue(s_target), pairs, ClientType.Windows, talk);
        var (warmUp, duration) = TalkArguments.TimesOf(arguments);
        var own = new RunOptions(warmUp, duration, RunArguments.ServersOf(arguments));

        await using var rival = name == NullRival.OwnName
            ? await NullRival.StartAsync(users, accounts, cancellationToken)
            : await Rival.StartAsync(name, cancellationToken);
        var other = new RunOptions(warmUp, duration, [rival.Process], name);
        List<RunReport> ours = [], theirs = [];
        for (var round = 0; round < arguments.GetValue(s_rounds); round++)
        {
            theirs.Add(await MeasureAsync(other, rival.Chat(pairs, talk), cancellationToken));
            ours.Add(await MeasureAsync(own, new ChatScenario(chat, accounts), cancellationToken));
        }

        new Comparison(Median(theirs), Median(ours)).Print(Console.Out);
        IEnumerable<RunReport> judged = rival.IsOurs ? [.. ours, .. theirs] : ours;
        return judged.Any(static report => report.Verdict.IsViolated) ? 1 : 0;
    }

    private static async Task<RunReport> MeasureAsync(RunOptions options, IScenario made, CancellationToken cancellationToken)
    {
        await using var scenario = made;
        var report = await new ScenarioRunner(options, Console.Error).RunAsync(scenario, cancellationToken);
        TextReport.Print(report, Console.Out, withColour: !Console.IsOutputRedirected);
        Console.WriteLine(ReportFile.ToLine(report));
        return report;
    }

    private static RunReport Median(List<RunReport> reports) =>
        reports.OrderBy(static report => report.Steps[0].PerSecond).ElementAt(reports.Count / 2);
}
