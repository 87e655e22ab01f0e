using System.CommandLine;
using System.Net;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using ClientType = BrokerIm.Contracts.Wire.ClientType;

namespace BrokerIm.LoadTests.Offline;

/// <summary><c>offline</c>: users come back to a backlog.</summary>
internal static class OfflineCommand
{
    private static readonly Option<EndPoint> s_target = Arguments.Target(8_000);

    private static readonly Option<FileInfo> s_users = Arguments.Users();

    private static readonly Option<int> s_receivers = Arguments.Number("--receivers", "Users with a backlog.", 500, 1, 100_000);

    private static readonly Option<int> s_messages = Arguments.Number("--messages", "Messages that wait for each.", 200, 1, 100_000);

    private static readonly Option<int> s_page = Arguments.Number("--page", "Messages asked for at once.", 100, 1, 100);

    private static readonly Option<int> s_atOnce = Arguments.Number("--at-once", "Users that drain at any time.", 64, 1, 10_000);

    private static readonly Option<int> s_size = Arguments.Number("--size", "Bytes of message data.", 64, Payload.MinBytes, 10_000);

    private static readonly Option<int> s_duration = Arguments.Number("--duration", "Seconds at most; it ends when all is read.", 300, 1, 86_400);

    public static Command Create()
    {
        var command = new Command(
            "offline",
            "Writes to users who are away; then they log in and read it all, page by page. Checks that every acknowledged message is there, "
            + "once and in its place. The server needs Gateway:MessagesPerSecond=0." + RunArguments.ExitCodes)
        {
            s_target, s_users, s_receivers, s_messages, s_page, s_atOnce, s_size, s_duration,
        };
        command.SetAction(RunAsync);
        return RunArguments.AddTo(command);
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new OfflineOptions(
            arguments.GetRequiredValue(s_target), arguments.GetValue(s_receivers), arguments.GetValue(s_messages),
            arguments.GetValue(s_page), arguments.GetValue(s_atOnce), arguments.GetValue(s_size), ClientType.Android);
        return RunArguments.RunAsync(
            arguments, TimeSpan.Zero, TimeSpan.FromSeconds(arguments.GetValue(s_duration)),
            async stop => new OfflineScenario(
                options, await RunArguments.AccountsAsync(arguments.GetRequiredValue(s_users), 0, options.Receivers * 2, stop)),
            cancellationToken);
    }
}
