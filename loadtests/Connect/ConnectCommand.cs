using System.CommandLine;
using System.Net;
using BrokerIm.LoadTests.Running;
using ClientType = BrokerIm.Contracts.Wire.ClientType;

namespace BrokerIm.LoadTests.Connect;

/// <summary><c>connect</c>: a storm of logins.</summary>
internal static class ConnectCommand
{
    private static readonly Option<EndPoint> s_target = Arguments.Target(8_000);

    private static readonly Option<FileInfo> s_users = Arguments.Users();

    private static readonly Option<int> s_count = Arguments.Number("--count", "Users.", 1_000, 1, 1_000_000);

    private static readonly Option<int> s_atOnce = Arguments.Number(
        "--at-once", "Users that are about to log in at any time (without --rate).", 64, 1, 10_000);

    private static readonly Option<double?> s_rate = Arguments.Rate("Logins per second, due whether or not the server keeps up.");

    private static readonly Option<bool> s_resume = new("--resume")
    {
        Description = "Show resume tokens, as the SDK does when it comes back; each user first logs in once with the password.",
    };

    private static readonly Option<int> s_warmUp = Arguments.Number("--warmup", "Seconds of storm before anything is measured.", 3, 0, 3_600);

    private static readonly Option<int> s_duration = Arguments.Number("--duration", "Seconds to measure.", 15, 1, 86_400);

    public static Command Create()
    {
        var command = new Command(
            "connect",
            "Users connect, log in, leave and come back; checks that each is let in as who he is. Import the users with "
            + "--password-iterations 1000 unless it is PBKDF2 that is to be measured." + RunArguments.ExitCodes)
        {
            s_target, s_users, s_count, s_atOnce, s_rate, s_resume, s_warmUp, s_duration,
        };
        command.SetAction(RunAsync);
        return RunArguments.AddTo(command);
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        LoadSimulation load = arguments.GetValue(s_rate) is { } rate
            ? new LoadSimulation.Inject(rate)
            : new LoadSimulation.KeepConstant(arguments.GetValue(s_atOnce));
        var options = new ConnectOptions(
            arguments.GetRequiredValue(s_target), load, arguments.GetValue(s_resume), ClientType.Android);
        return RunArguments.RunAsync(
            arguments, TimeSpan.FromSeconds(arguments.GetValue(s_warmUp)), TimeSpan.FromSeconds(arguments.GetValue(s_duration)),
            async stop => new ConnectScenario(
                options, await RunArguments.AccountsAsync(arguments.GetRequiredValue(s_users), 0, arguments.GetValue(s_count), stop)),
            cancellationToken);
    }
}
