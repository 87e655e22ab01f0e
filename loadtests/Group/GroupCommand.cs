using System.CommandLine;
using System.Net;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using ClientType = BrokerIm.Contracts.Wire.ClientType;

namespace BrokerIm.LoadTests.Group;

/// <summary><c>group</c>: members of groups talk.</summary>
internal static class GroupCommand
{
    private static readonly Option<EndPoint> s_target = Arguments.Target(8_000);

    private static readonly Option<FileInfo> s_users = Arguments.Users();

    private static readonly Option<int> s_groups = Arguments.Number("--groups", "Groups; nobody is in two.", 1, 1, 10_000);

    private static readonly Option<int> s_members = Arguments.Number("--members", "Members of each, all online.", 1_000, 2, 10_000);

    private static readonly Option<int> s_senders = Arguments.Number("--senders", "Members of each that send.", 8, 1, 100);

    public static Command Create()
    {
        var command = new Command(
            "group",
            "Makes groups in which a few members send and all receive; checks loss, repetition, order and ids at every member. "
            + "The server needs Gateway:MessagesPerSecond=0, or it slows the senders down." + RunArguments.ExitCodes)
        {
            s_target, s_users, s_groups, s_members, s_senders,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(s_senders) > result.GetValue(s_members))
                result.AddError("--senders must not be above --members.");
        });
        command.SetAction(RunAsync);
        return RunArguments.AddTo(TalkArguments.AddTo(command));
    }

    private static Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        // Android, because these are not told of everybody who comes: a thousand logins would be a million notices.
        var options = new GroupOptions(
            arguments.GetRequiredValue(s_target), arguments.GetValue(s_groups), arguments.GetValue(s_members),
            arguments.GetValue(s_senders), ClientType.Android, TalkArguments.TalkOf(arguments));
        var (warmUp, duration) = TalkArguments.TimesOf(arguments);
        return RunArguments.RunAsync(
            arguments, warmUp, duration,
            async stop => new GroupScenario(
                options, await RunArguments.AccountsAsync(arguments.GetRequiredValue(s_users), 0, options.Groups * options.Members, stop)),
            cancellationToken);
    }
}
