using System.CommandLine;
using System.Net;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using ClientType = BrokerIm.Contracts.Wire.ClientType;

namespace BrokerIm.LoadTests.Chat;

/// <summary><c>chat</c>: pairs of users talk to each other.</summary>
internal static class ChatCommand
{
    private static readonly Option<EndPoint> s_target = Arguments.Target(8_000);

    private static readonly Option<FileInfo> s_users = Arguments.Users();

    private static readonly Option<int> s_pairs = Arguments.Number("--pairs", "Pairs of users; both of a pair send.", 500, 1, 100_000);

    private static readonly Option<string> s_client = new("--client")
    {
        Description = "windows or android; only the former are told who comes and goes.", DefaultValueFactory = _ => "windows",
    };

    public static Command Create()
    {
        s_client.AcceptOnlyFromAmong("windows", "android");
        var command = new Command(
            "chat",
            "Pairs of users talk; checks loss, repetition, order and ids of every message. "
            + "The server needs Gateway:MessagesPerSecond=0, or it slows the senders down." + RunArguments.ExitCodes)
        {
            s_target, s_users, s_pairs, s_client,
        };
        command.SetAction(RunAsync);
        return RunArguments.AddTo(TalkArguments.AddTo(command));
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new ChatOptions(
            arguments.GetRequiredValue(s_target),
            arguments.GetValue(s_pairs),
            arguments.GetValue(s_client) == "android" ? ClientType.Android : ClientType.Windows,
            TalkArguments.TalkOf(arguments));
        var (warmUp, duration) = TalkArguments.TimesOf(arguments);
        return RunArguments.RunAsync(
            arguments, warmUp, duration,
            async stop => new ChatScenario(
                options, await RunArguments.AccountsAsync(arguments.GetRequiredValue(s_users), 0, options.Pairs * 2, stop)),
            cancellationToken);
    }
}
