using System.CommandLine;
using System.Net;
using BrokerIm.LoadTests.Running;
using ClientType = BrokerIm.Contracts.Wire.ClientType;

namespace BrokerIm.LoadTests.Idle;

/// <summary><c>idle</c>: connections that say nothing.</summary>
internal static class IdleCommand
{
    private static readonly Option<EndPoint> s_target = Arguments.Target(8_000);

    private static readonly Option<FileInfo> s_users = Arguments.Users();

    private static readonly Option<int> s_skip = Arguments.Number(
        "--skip", "Users of the file that belong to another generator; a process holds at most as many connections as open files.",
        0, 0, 1_000_000);

    private static readonly Option<int> s_connections = Arguments.Number("--connections", "Connections.", 1_000, 1, 100_000);

    private static readonly Option<int> s_interval = Arguments.Number("--interval", "Seconds between heartbeats of a connection.", 30, 1, 300);

    private static readonly Option<int> s_duration = Arguments.Number("--duration", "Seconds to measure.", 60, 1, 86_400);

    public static Command Create()
    {
        var command = new Command(
            "idle",
            "Holds connections open with heartbeats; checks that each comes back and that no connection ends. The server's memory at start "
            + "and at the end, by their number, is what a connection takes." + RunArguments.ExitCodes)
        {
            s_target, s_users, s_skip, s_connections, s_interval, s_duration,
        };
        command.SetAction(RunAsync);
        return RunArguments.AddTo(command);
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new IdleOptions(
            arguments.GetRequiredValue(s_target), TimeSpan.FromSeconds(arguments.GetValue(s_interval)), ClientType.Android);
        return RunArguments.RunAsync(
            arguments, TimeSpan.Zero, TimeSpan.FromSeconds(arguments.GetValue(s_duration)),
            async stop => new IdleScenario(
                options,
                await RunArguments.AccountsAsync(
                    arguments.GetRequiredValue(s_users), arguments.GetValue(s_skip), arguments.GetValue(s_connections), stop)),
            cancellationToken);
    }
}
