using BrokerIm.Client;

namespace BrokerIm.Server.Chat;

/// <summary>Commands about groups.</summary>
internal sealed class GroupVerbs(ImClient client, Contacts contacts, Conversation conversation, IChatScreen screen)
{
    /// <summary>All of them.</summary>
    public IEnumerable<ChatVerb> All =>
    [
        new("groups", "", "lists your groups", ListAsync),
        new("group create", "NAME USER...", "makes a group and opens it", CreateAsync),
        new("group add", "USER...", "adds users to the group that is open", (users, token) => ChangeAsync(users, isAdd: true, token)),
        new("group remove", "USER...", "removes users from it; only its creator may", (users, token) => ChangeAsync(users, isAdd: false, token)),
        new("group shield", "on|off", "holds its pushes back from your mobile devices, or no longer", ShieldAsync),
    ];

    private async Task<bool> ListAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count > 0)
            return false;

        await contacts.LoadGroupsAsync(cancellationToken);
        if (contacts.Groups.Count == 0)
            screen.Note("You are in no group.");
        foreach (var group in contacts.Groups)
        {
            screen.Note(
                $"{PeerFinder.GroupMark}{MessageText.Clean(group.GroupName)} ({group.GroupId}), {group.GroupMemberList.Count} members: "
                + contacts.NamesOf(group.GroupMemberList));
        }

        return true;
    }

    private async Task<bool> CreateAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count < 2 || arguments[0].Length == 0)
            return false;

        var made = await client.CreateGroupAsync(arguments[0], Users(arguments.Skip(1)), avatar: "", cancellationToken);
        await contacts.LearnGroupsAsync([made.Group], cancellationToken);
        await conversation.OpenAsync(Peer.Group(made.Group), cancellationToken);
        return true;
    }

    private async Task<bool> ChangeAsync(IReadOnlyList<string> arguments, bool isAdd, CancellationToken cancellationToken)
    {
        if (arguments.Count == 0)
            return false;

        var (group, users) = (Current(), Users(arguments));
        var change = isAdd
            ? await client.AddMembersAsync(group, users, cancellationToken)
            : await client.RemoveMembersAsync(group, users, cancellationToken);
        var done = $"{(isAdd ? "Added" : "Removed")} {contacts.NamesOf(change.Changed)}";
        await contacts.LearnGroupsAsync([group], cancellationToken);
        screen.Note($"{done}; members now: {contacts.NamesOf(change.Members)}.");
        return true;
    }

    private async Task<bool> ShieldAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is not ["on" or "off"])
            return false;

        var group = Current();
        await client.ShieldGroupAsync(group, arguments[0] == "on", cancellationToken);
        screen.Note(arguments[0] == "on" ? "Its pushes are held back." : "Its pushes come.");
        return true;
    }

    private uint Current() => conversation.Peer is { IsGroup: true, Id: var group }
        ? group
        : throw new ChatVerbException("No group is open; /join opens one.");

    private List<uint> Users(IEnumerable<string> names) =>
    [
        .. names.Select(name => contacts.FindUser(name)?.UserId ?? throw new ChatVerbException(
            $"There is no user '{MessageText.Clean(name)}', or several have that display name.")),
    ];
}
