using System.CommandLine;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Server.Groups;

using Command = System.CommandLine.Command;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim groups</c>: makes official groups and looks after members of any.</summary>
internal static class GroupsCommand
{
    private const int MaxNameLength = 256;

    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("groups", "Lists, makes and changes groups. Exit codes: 0 done, 1 something failed, 2 wrong usage.")
        {
            GroupsListCommand.List(),
            GroupsListCommand.Show(),
            Make(),
            Change("add", "Adds members; they see what is written from then on.", EntryKind.GroupAdd),
            Change("remove", "Removes members; a group without members is none any more.", EntryKind.GroupRemove),
        };

    private static Command Make()
    {
        var name = new Argument<string>("NAME") { Description = $"Name, 1 to {MaxNameLength} characters." };
        var members = Members();
        var avatar = new Option<string>("--avatar") { Description = "URL or path of a picture.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var temporary = new Option<bool>("--temporary")
        {
            Description = "A discussion group, to which members add others; otherwise an official one, which only operators change.",
        };
        var command = new Command("create", "Makes a group and prints its number.") { name, members, avatar, temporary };
        var access = GroupAccess.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var called = arguments.GetRequiredValue(name);
            if (called.Length is 0 or > MaxNameLength)
            {
                await Console.Error.WriteLineAsync($"A group's name has 1 to {MaxNameLength} characters.");
                return UsersOptions.WrongUsage;
            }

            return await access.ChangeAsync(arguments, async publisher =>
            {
                if (await GroupAccess.FindUsersAsync(publisher.Users, arguments.GetRequiredValue(members), cancellationToken) is not { } users)
                    return UsersOptions.Failed;

                var type = arguments.GetValue(temporary) ? GroupType.Temporary : GroupType.Normal;
                var group = await publisher.CreateAsync(type, called, arguments.GetValue(avatar)!, users, cancellationToken);
                Console.WriteLine($"Made group {group} '{called}' with {users.Distinct().Count()} members.");
                return UsersOptions.Ok;
            }, cancellationToken);
        });
        return command;
    }

    private static Command Change(string verb, string description, EntryKind kind)
    {
        var group = new Argument<uint>("GROUP") { Description = "Number of the group." };
        var members = Members();
        var command = new Command(verb, description) { group, members };
        var access = GroupAccess.AddTo(command);
        command.SetAction((arguments, cancellationToken) => access.ChangeAsync(
            arguments,
            publisher => ChangeAsync(
                publisher, kind, arguments.GetRequiredValue(group), arguments.GetRequiredValue(members), cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task<int> ChangeAsync(
        GroupPublisher publisher, EntryKind kind, uint group, string[] names, CancellationToken cancellationToken)
    {
        if ((await publisher.Groups.GroupsAsync([group], cancellationToken))[0] is not { MemberCount: > 0 } facts)
        {
            await Console.Error.WriteLineAsync($"There is no group {group}.");
            return UsersOptions.Failed;
        }

        if (await GroupAccess.FindUsersAsync(publisher.Users, names, cancellationToken) is not { } users)
            return UsersOptions.Failed;

        // Only those of whom there is something to do: the rest is no mistake when a command is given twice.
        var memberships = await publisher.Groups.MembershipsAsync([.. users.Select(user => (group, user))], cancellationToken);
        users = [.. users.Where((_, i) => (memberships[i] is { IsOpen: true }) == (kind == EntryKind.GroupRemove)).Distinct()];
        if (kind == EntryKind.GroupAdd && facts.MemberCount + users.Count > Limits.MaxGroupMembers)
        {
            await Console.Error.WriteLineAsync($"A group has {Limits.MaxGroupMembers} members at most; this one has {facts.MemberCount}.");
            return UsersOptions.Failed;
        }

        if (users.Count > 0)
            await publisher.ChangeAsync(kind, group, users, cancellationToken);
        Console.WriteLine($"{(kind == EntryKind.GroupAdd ? "Added" : "Removed")} {users.Count} of {names.Length} users.");
        return UsersOptions.Ok;
    }

    private static Argument<string[]> Members() => new("USER")
    {
        Description = "Login names or numbers.", Arity = ArgumentArity.OneOrMore,
    };
}
