using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using BrokerIm.LoadTests.Users;
using ClientType = BrokerIm.Contracts.Wire.ClientType;

namespace BrokerIm.LoadTests.Chat;

/// <summary><c>chat</c>: pairs of users talk to each other.</summary>
internal static class ChatCommand
{
    private static readonly Option<EndPoint> s_target = Arguments.Target(8_000);

    private static readonly Option<FileInfo> s_users = new("--users")
    {
        Description = "Users file (see the command 'users'); the first of it are used.", Required = true,
    };

    private static readonly Option<int> s_pairs = Arguments.Number("--pairs", "Pairs of users; both of a pair send.", 500, 1, 100_000);

    private static readonly Option<int> s_outstanding = Arguments.Number(
        "--outstanding", "Messages of one connection that may be without an ack.", 8, 1, SendWindow.Sequences);

    private static readonly Option<int> s_duration = Arguments.Number("--duration", "Seconds to measure.", 20, 1, 86_400);

    private static readonly Option<int> s_warmUp = Arguments.Number("--warmup", "Seconds to send before that.", 5, 0, 3_600);

    private static readonly Option<int> s_size = Arguments.Number("--size", "Bytes of message data.", 64, ChatPayload.MinBytes, 200_000);

    private static readonly Option<double?> s_rate = new("--rate")
    {
        Description = "Messages per second of all together (open loop; latency counts from when a message was due). "
            + "Without it the next message follows an ack (closed loop).",
    };

    private static readonly Option<string> s_client = new("--client")
    {
        Description = "windows or android; only the former are told who comes and goes.", DefaultValueFactory = _ => "windows",
    };

    public static Command Create()
    {
        s_client.AcceptOnlyFromAmong("windows", "android");
        var command = new Command(
            "chat",
            "Pairs of users talk; checks loss, repetition, order and ids of every message. Exit codes: 0 all well, 1 violation, "
            + "2 the run could not be made. The server needs Gateway:MessagesPerSecond=0, or it slows the senders down.")
        {
            s_target, s_users, s_pairs, s_outstanding, s_duration, s_warmUp, s_size, s_rate, s_client,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new ChatOptions(
            arguments.GetRequiredValue(s_target),
            arguments.GetValue(s_pairs),
            arguments.GetValue(s_outstanding),
            TimeSpan.FromSeconds(arguments.GetValue(s_duration)),
            TimeSpan.FromSeconds(arguments.GetValue(s_warmUp)),
            arguments.GetValue(s_rate),
            arguments.GetValue(s_size),
            arguments.GetValue(s_client) == "android" ? ClientType.Android : ClientType.Windows);
        try
        {
            var accounts = await UsersFile.ReadAsync(arguments.GetRequiredValue(s_users), cancellationToken);
            if (accounts.Count < options.Pairs * 2)
                throw new InvalidDataException($"{options.Pairs} pairs need {options.Pairs * 2} users; the file has {accounts.Count}.");

            var result = await new ChatScenario(options, Console.Error).RunAsync(accounts, cancellationToken);
            result.Print(Console.Out);
            return result.Verdict.IsViolated ? 1 : 0;
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or SocketException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }
}
