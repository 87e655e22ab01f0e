using System.CommandLine;
using System.Net;
using BrokerIm.LoadTests.Running;

namespace BrokerIm.LoadTests.Mixed;

/// <summary><c>mixed</c>: a day at work.</summary>
internal static class MixedCommand
{
    private static readonly Option<EndPoint> s_target = Arguments.Target(8_000);

    private static readonly Option<FileInfo> s_accounts = Arguments.Users();

    private static readonly Option<int> s_count = Arguments.Number("--count", "Users that log in, all at once.", 2_000, 2, 100_000);

    private static readonly Option<int> s_groupSize = Arguments.Number("--group-size", "Members of each group.", 20, 2, 10_000);

    private static readonly Option<int> s_rate = Arguments.Number("--rate", "Messages per second of all together.", 500, 1, 100_000);

    private static readonly Option<int> s_reconnects = Arguments.Number(
        "--reconnects", "Users per second who lose their connection and come back.", 5, 0, 10_000);

    private static readonly Option<int> s_duration = Arguments.Number("--duration", "Seconds to talk.", 30, 1, 86_400);

    public static Command Create()
    {
        var command = new Command(
            "mixed",
            "All users log in at once, load contacts, groups and conversations, make groups, talk in them and in pairs, read, reconnect; checks "
            + "that every message is known once, in order, to everybody it is for." + RunArguments.ExitCodes)
        {
            s_target, s_accounts, s_count, s_groupSize, s_rate, s_reconnects, s_duration,
        };
        command.SetAction(RunAsync);
        return RunArguments.AddTo(command);
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new MixedOptions(
            arguments.GetRequiredValue(s_target),
            arguments.GetValue(s_count),
            arguments.GetValue(s_groupSize),
            arguments.GetValue(s_rate),
            arguments.GetValue(s_reconnects));
        return RunArguments.RunAsync(
            arguments, TimeSpan.Zero, TimeSpan.FromSeconds(arguments.GetValue(s_duration)),
            async stop => new MixedScenario(
                options, await RunArguments.AccountsAsync(arguments.GetRequiredValue(s_accounts), 0, options.Users, stop)),
            cancellationToken);
    }
}
