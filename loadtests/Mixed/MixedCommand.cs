using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using BrokerIm.Client;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Mixed;

/// <summary><c>mixed</c>: a morning at work.</summary>
internal static class MixedCommand
{
    private static readonly Option<EndPoint> s_target = Arguments.Target(8_000);

    private static readonly Option<FileInfo> s_accounts = new("--users")
    {
        Description = "Users file (see the command 'users'); the first of it are used.", Required = true,
    };

    private static readonly Option<int> s_count = Arguments.Number("--count", "Users that log in, all at once.", 2_000, 2, 100_000);

    private static readonly Option<int> s_groupSize = Arguments.Number("--group-size", "Members of each group.", 20, 2, 10_000);

    private static readonly Option<int> s_rate = Arguments.Number("--rate", "Messages per second of all together.", 500, 1, 100_000);

    private static readonly Option<int> s_duration = Arguments.Number("--duration", "Seconds to talk.", 30, 1, 86_400);

    public static Command Create()
    {
        var command = new Command(
            "mixed",
            "All users log in at once, load contacts, groups and conversations, make groups and talk in them and in pairs; checks that "
            + "every message is seen once, in order, by everybody it is for. Exit codes: 0 all well, 1 violation, 2 the run could not be made.")
        {
            s_target, s_accounts, s_count, s_groupSize, s_rate, s_duration,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new MixedOptions(
            arguments.GetRequiredValue(s_target),
            arguments.GetValue(s_count),
            arguments.GetValue(s_groupSize),
            arguments.GetValue(s_rate),
            TimeSpan.FromSeconds(arguments.GetValue(s_duration)));
        try
        {
            var accounts = await UsersFile.ReadAsync(arguments.GetRequiredValue(s_accounts), cancellationToken);
            if (accounts.Count < options.Users)
                throw new InvalidDataException($"{options.Users} users are wanted; the file has {accounts.Count}.");

            var result = await new MixedScenario(options, Console.Error).RunAsync(accounts, cancellationToken);
            result.Print(Console.Out);
            return result.Verdict.IsViolated ? 1 : 0;
        }
        catch (Exception exception)
            when (exception is InvalidDataException or InvalidOperationException or SocketException or ImException or TimeoutException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }
}
