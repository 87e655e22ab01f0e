using System.CommandLine;
using System.ComponentModel;
using System.Net.Sockets;
using BrokerIm.Client;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Reporting;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Running;

/// <summary>What all scenarios are told, and what becomes of their reports.</summary>
internal static class RunArguments
{
    /// <summary>What every command says at the end of its description.</summary>
    public const string ExitCodes = " Exit codes: 0 all well, 1 something was lost, doubled, out of order or otherwise wrong, 2 the run could not be made.";

    private static readonly Option<int[]> s_pids = new("--pids")
    {
        Description = "Processes whose CPU and memory are counted, with commas between them; "
            + "by default all processes of BrokerIm on this machine.",
        CustomParser = result =>
        {
            var numbers = result.Tokens[0].Value.Split(',').Select(static text => int.TryParse(text, out var number) ? number : 0).ToArray();
            if (Array.TrueForAll(numbers, static number => number > 0))
                return numbers;
            result.AddError("--pids takes process ids with commas between them.");
            return null;
        },
    };

    private static readonly Option<bool> s_brokers = new("--brokers")
    {
        Description = "Count Kafka, ZooKeeper, Cassandra, RabbitMQ and Redis of this machine too.",
    };

    private static readonly Option<FileInfo?> s_json = new("--json") { Description = "File for the report, as JSON." };

    private static readonly Option<FileInfo?> s_html = new("--html") { Description = "File for the report, as one HTML page with charts." };

    private static readonly Option<FileInfo?> s_saveBaseline = new("--save-baseline")
    {
        Description = "File to keep the report in for later comparisons; not written when the run was not all well.",
    };

    private static readonly Option<FileInfo?> s_baseline = new("--baseline")
    {
        Description = "File of an earlier run; ratios to it are printed.",
    };

    /// <summary>Adds the options that say whose costs are counted.</summary>
    public static Command AddServersTo(Command command)
    {
        command.Add(s_pids);
        command.Add(s_brokers);
        return command;
    }

    /// <summary>Adds the options to a scenario's command.</summary>
    public static Command AddTo(Command command)
    {
        AddServersTo(command);
        foreach (var option in new Option[] { s_json, s_html, s_saveBaseline, s_baseline })
            command.Add(option);
        return command;
    }

    /// <summary>The processes to watch.</summary>
    public static IReadOnlyList<WatchedProcess> ServersOf(ParseResult arguments) => arguments.GetValue(s_pids) is { Length: > 0 } pids
        ? WatchedProcess.Of(pids)
        : WatchedProcess.Discover(arguments.GetValue(s_brokers));

    /// <summary>Runs a scenario and reports.</summary>
    /// <param name="arguments">As parsed.</param>
    /// <param name="warmUp">Load before anything is measured.</param>
    /// <param name="duration">How long is measured.</param>
    /// <param name="make">Makes the scenario.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(
        ParseResult arguments, TimeSpan warmUp, TimeSpan duration, Func<CancellationToken, Task<IScenario>> make, CancellationToken cancellationToken) =>
        TryAsync(async () =>
        {
            await using var scenario = await make(cancellationToken);
            var options = new RunOptions(warmUp, duration, ServersOf(arguments));
            var report = await new ScenarioRunner(options, Console.Error).RunAsync(scenario, cancellationToken);
            await PublishAsync(arguments, report, cancellationToken);
            return report.Verdict.IsViolated ? 1 : 0;
        });

    /// <summary>Turns what may go wrong before there is a result into a sentence and exit code 2.</summary>
    public static async Task<int> TryAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception exception) when (exception
            is InvalidDataException or InvalidOperationException or SocketException or IOException or Win32Exception or ImException or TimeoutException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }

    /// <summary>The accounts a scenario needs, from a users file.</summary>
    /// <exception cref="InvalidDataException">It has too few.</exception>
    public static async Task<IReadOnlyList<LoadUser>> AccountsAsync(
        FileInfo file, int skip, int count, CancellationToken cancellationToken)
    {
        var accounts = await UsersFile.ReadAsync(file, cancellationToken);
        return accounts.Count >= skip + count
            ? [.. accounts.Skip(skip).Take(count)]
            : throw new InvalidDataException($"{skip + count} users are needed; {file} has {accounts.Count}.");
    }

    private static async Task PublishAsync(ParseResult arguments, RunReport report, CancellationToken cancellationToken)
    {
        TextReport.Print(report, Console.Out, withColour: !Console.IsOutputRedirected);
        if (arguments.GetValue(s_json) is { } json)
            await ReportFile.WriteAsync(report, json, cancellationToken);
        if (arguments.GetValue(s_html) is { } html)
            await HtmlReport.WriteAsync(report, html, cancellationToken);
        if (arguments.GetValue(s_baseline) is { } baseline)
            new Comparison(await ReportFile.ReadAsync(baseline, cancellationToken), report).Print(Console.Out);
        if (arguments.GetValue(s_saveBaseline) is { } saved && !report.Verdict.IsViolated)
            await ReportFile.WriteAsync(report, saved, cancellationToken);
        Console.WriteLine(ReportFile.ToLine(report));
    }
}
