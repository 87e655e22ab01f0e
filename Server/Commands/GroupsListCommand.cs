using System.CommandLine;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Spectre.Console;

using Command = System.CommandLine.Command;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim groups list</c> and <c>show</c>; the server may run meanwhile.</summary>
internal static class GroupsListCommand
{
    public static Command List()
    {
        var user = new Option<string?>("--user") { Description = "Only groups this user is a member of.", HelpName = "USER" };
        var command = new Command("list", "Lists groups, lowest number first.") { user };
        var access = GroupAccess.AddTo(command);
        command.SetAction((arguments, cancellationToken) => access.ReadAsync(
            arguments,
            async (groups, users) =>
            {
                if (await NumbersAsync(groups, users, arguments.GetValue(user), cancellationToken) is not { } numbers)
                    return UsersOptions.Failed;
                var facts = await groups.GroupsAsync(numbers, cancellationToken);
                Print([.. numbers.Zip(facts).Where(static one => one.Second is { MemberCount: > 0 }).Select(static one => (one.First, one.Second!))]);
                return UsersOptions.Ok;
            },
            cancellationToken));
        return command;
    }

    public static Command Show()
    {
        var group = new Argument<uint>("GROUP") { Description = "Number of the group." };
        var command = new Command("show", "Shows a group and its members.") { group };
        var access = GroupAccess.AddTo(command);
        command.SetAction((arguments, cancellationToken) => access.ReadAsync(
            arguments,
            (groups, users) => ShowAsync(groups, users, arguments.GetRequiredValue(group), cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task<List<uint>?> NumbersAsync(
        IGroupReader groups, IUserDirectory users, string? user, CancellationToken cancellationToken)
    {
        if (user is null)
            return [.. (await groups.AllGroupsAsync(cancellationToken)).Order()];
        if (await GroupAccess.FindUsersAsync(users, [user], cancellationToken) is not [var member])
            return null;
        return [.. (await groups.GroupsOfAsync(member, cancellationToken)).Select(static one => one.Group).Order()];
    }

    private static async Task<int> ShowAsync(
        IGroupReader groups, IUserDirectory users, uint group, CancellationToken cancellationToken)
    {
        if ((await groups.GroupsAsync([group], cancellationToken))[0] is not { } facts)
        {
            await Console.Error.WriteLineAsync($"There is no group {group}.");
            return UsersOptions.Failed;
        }

        Print([(group, facts)]);
        List<UserId> members =
            [.. (await groups.MembersAsync(group, cancellationToken)).Where(static one => one.IsOpen).Select(static one => one.User)];
        var names = (await users.GetAsync(members, cancellationToken)).ToDictionary(static one => one.Id, static one => one.Name);
        foreach (var member in members)
            Console.WriteLine($"{member}\t{names.GetValueOrDefault(member, "")}");
        return UsersOptions.Ok;
    }

    private static void Print(IReadOnlyList<(uint Group, GroupFacts Facts)> groups)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var (group, facts) in groups)
                Console.WriteLine(string.Join('\t', Columns(group, facts)));
            return;
        }

        var table = new Table().AddColumns("Number", "Name", "Type", "Members", "Version", "Creator").Border(TableBorder.Simple);
        foreach (var (group, facts) in groups)
            table.AddRow([.. Columns(group, facts).Select(Markup.Escape)]);
        AnsiConsole.Write(table);
    }

    private static string[] Columns(uint group, GroupFacts facts) =>
    [
        $"{group}",
        facts.Name,
        facts.Type == (uint)GroupType.Normal ? "official" : "discussion",
        $"{facts.MemberCount}",
        $"{facts.Version}",
        facts.Creator == 0 ? "operator" : $"{facts.Creator}",
    ];
}
