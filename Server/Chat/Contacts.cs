using System.Collections.Concurrent;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Server.Chat;

/// <summary>The users and groups a chat knows, and what to call them. Safe for several threads.</summary>
internal sealed class Contacts(ImClient client)
{
    private const uint HasLeft = 3;

    private readonly ConcurrentDictionary<uint, UserInfo> _users = new();
    private readonly ConcurrentDictionary<uint, GroupInfo> _groups = new();

    /// <summary>Everybody who works here, by display name.</summary>
    public IReadOnlyList<UserInfo> Users =>
        [.. _users.Values.Where(user => user.Status != HasLeft).OrderBy(NameOf, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The user's groups, by name.</summary>
    public IReadOnlyList<GroupInfo> Groups =>
        [.. _groups.Values.OrderBy(group => group.GroupName, StringComparer.OrdinalIgnoreCase).ThenBy(group => group.GroupId)];

    /// <summary>The name to show for a user.</summary>
    public static string NameOf(UserInfo user) =>
        MessageText.Clean(user.UserNickName.Length > 0 ? user.UserNickName : user.UserRealName);

    /// <summary>Asks the server for everybody, and for the user's groups as far as it tells.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var user in (await client.GetAllUsersAsync(since: default, cancellationToken)).Users)
            Add(user);
        await LoadGroupsAsync(cancellationToken);
    }

    /// <summary>Asks for the official groups, those with recent messages and those known already.</summary>
    public async Task LoadGroupsAsync(CancellationToken cancellationToken)
    {
        var official = (await client.GetGroupsAsync(cancellationToken)).Select(group => group.GroupId);
        var recent = (await client.GetRecentSessionsAsync(since: default, cancellationToken))
            .Where(session => session.SessionType == SessionType.Group)
            .Select(session => session.SessionId);
        await LearnGroupsAsync([.. official.Concat(recent).Concat(_groups.Keys)], cancellationToken);
    }

    /// <summary>Asks about groups that have changed; those the user is not in any more are forgotten.</summary>
    public async Task LearnGroupsAsync(IReadOnlyCollection<uint> groups, CancellationToken cancellationToken)
    {
        var infos = await client.GetGroupInfoAsync(
            groups.Select(group => new GroupVersionInfo { GroupId = group, Version = 0 }), cancellationToken);
        foreach (var gone in groups.Except(infos.Select(info => info.GroupId)))
            _groups.TryRemove(gone, out _);
        foreach (var info in infos)
            Add(info);
    }

    /// <summary>Asks who they are, as far as nobody here knows.</summary>
    public async Task LearnUsersAsync(IEnumerable<uint> users, CancellationToken cancellationToken)
    {
        foreach (var user in await client.GetUsersAsync(users.Where(user => !_users.ContainsKey(user)), cancellationToken))
            Add(user);
    }

    /// <summary>Knows a user from here on.</summary>
    public void Add(UserInfo user) => _users[user.UserId] = user;

    /// <summary>Knows a group from here on.</summary>
    public void Add(GroupInfo group) => _groups[group.GroupId] = group;

    /// <summary>A user has another signature from here on.</summary>
    public void Sign(uint user, string signature)
    {
        // What was handed out before stays as it was.
        if (UserOf(user)?.Clone() is not { } signed)
            return;
        signed.SignInfo = signature;
        Add(signed);
    }

    /// <summary>The user, if known.</summary>
    public UserInfo? UserOf(uint id) => _users.GetValueOrDefault(id);

    /// <summary>The group, if known.</summary>
    public GroupInfo? GroupOf(uint id) => _groups.GetValueOrDefault(id);

    /// <summary>The name to show for a user.</summary>
    public string NameOf(uint user) => UserOf(user) is { } known ? NameOf(known) : $"user {user}";

    /// <summary>The name to show for a conversation.</summary>
    public string NameOf(Peer peer) => !peer.IsGroup
        ? NameOf(peer.Id)
        : GroupOf(peer.Id) is { } group ? MessageText.Clean(group.GroupName) : peer.ToString();

    /// <summary>The names of some users, in a row.</summary>
    public string NamesOf(IEnumerable<uint> users) => string.Join(", ", users.Select(NameOf));

    /// <summary>Whom somebody means; see <see cref="PeerFinder.Find"/>.</summary>
    public Peer? Find(string wanted) => PeerFinder.Find([.. _users.Values], Groups, wanted);

    /// <summary>Which user somebody means; see <see cref="PeerFinder.FindUser"/>.</summary>
    public UserInfo? FindUser(string wanted) => PeerFinder.FindUser([.. _users.Values], wanted);
}
