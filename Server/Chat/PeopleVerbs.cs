using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Server.Chat;

/// <summary>Commands about people.</summary>
internal sealed class PeopleVerbs(ImClient client, Contacts contacts, Conversation conversation, IChatScreen screen)
{
    private const int MaxListed = 100;

    /// <summary>All of them.</summary>
    public IEnumerable<ChatVerb> All =>
    [
        new("who", "", "tells who of this conversation is online", WhoAsync),
        new("users", "[TEXT]", "lists users whose name contains a text", UsersAsync),
        new("departments", "", "lists departments and who is in them", DepartmentsAsync),
        new("sign", "[TEXT]", "sets the line under your name, or takes it away", SignAsync),
        new("shake", "", "shakes the window of the other", ShakeAsync),
    ];

    private async Task<bool> WhoAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count > 0)
            return false;

        uint[] users = conversation.Peer.IsGroup
            ? [.. contacts.GroupOf(conversation.Peer.Id)?.GroupMemberList ?? []]
            : [conversation.Peer.Id];
        foreach (var status in await client.GetStatusAsync(users, cancellationToken))
            screen.Note($"{contacts.NameOf(status.UserId)} is {Conversation.Word(status.Status)}{SignatureOf(status.UserId)}");
        return true;
    }

    private Task<bool> UsersAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var text = string.Join(' ', arguments);
        bool Matches(string name) => name.Contains(text, StringComparison.OrdinalIgnoreCase);
        List<UserInfo> found = [.. contacts.Users.Where(user => Matches(user.UserNickName) || Matches(user.UserRealName))];
        foreach (var user in found.Take(MaxListed))
            screen.Note($"{Contacts.NameOf(user)} ({MessageText.Clean(user.UserRealName)}, {user.UserId}){SignatureOf(user.UserId)}");
        screen.Note(found.Count > MaxListed ? $"{found.Count} users; the first {MaxListed} are shown." : $"{found.Count} users.");
        return Task.FromResult(true);
    }

    private async Task<bool> DepartmentsAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count > 0)
            return false;

        var members = contacts.Users.ToLookup(user => user.DepartmentId);
        foreach (var department in (await client.GetDepartmentsAsync(cancellationToken))
            .Where(department => department.DeptStatus == DepartmentStatusType.Ok)
            .OrderBy(department => department.Priority).ThenBy(department => department.DeptId))
        {
            List<string> names = [.. members[department.DeptId].Take(MaxListed).Select(Contacts.NameOf)];
            var list = names.Count > 0 ? string.Join(", ", names) : "nobody";
            screen.Note($"{MessageText.Clean(department.DeptName)} ({department.DeptId}): {list}");
        }

        return true;
    }

    private async Task<bool> SignAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var stored = await client.SetSignatureAsync(string.Join(' ', arguments), cancellationToken);
        screen.Note(stored.Length > 0 ? $"Your signature: “{MessageText.Clean(stored)}”" : "You have no signature.");
        return true;
    }

    private async Task<bool> ShakeAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count > 0)
            return false;

        if (conversation.Peer.IsGroup)
            throw new ChatVerbException("A group has no window.");

        await client.SendP2PAsync(conversation.Peer.Id, P2PCommand.ShakeWindow, cancellationToken);
        return true;
    }

    private string SignatureOf(uint user) =>
        contacts.UserOf(user) is { SignInfo: { Length: > 0 } text } ? $" “{MessageText.Clean(text)}”" : "";
}
