using System.Globalization;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Server.Chat;

/// <summary>Finds out whom somebody means.</summary>
internal static class PeerFinder
{
    /// <summary>What a group's name or id may be marked with, where a user has the same one.</summary>
    public const char GroupMark = '#';

    /// <summary>A user, or else the group with this name when only one has it, or this id; otherwise null.</summary>
    public static Peer? Find(IReadOnlyList<UserInfo> users, IReadOnlyList<GroupInfo> groups, string wanted)
    {
        if (FindUser(users, wanted) is { } user)
            return user.UserId;

        var name = wanted.TrimStart(GroupMark);
        if (FindOnly(groups.Where(group => string.Equals(group.GroupName, name, StringComparison.OrdinalIgnoreCase))) is { } named)
            return Peer.Group(named.GroupId);
        return uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && groups.FirstOrDefault(group => group.GroupId == id) is { } numbered
            ? Peer.Group(numbered.GroupId)
            : null;
    }

    /// <summary>The user with this login name, or this id, or this display name when only one has it; otherwise null.</summary>
    public static UserInfo? FindUser(IReadOnlyList<UserInfo> users, string wanted)
    {
        if (users.FirstOrDefault(user => user.UserRealName == wanted) is { } byName)
            return byName;
        return uint.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? users.FirstOrDefault(user => user.UserId == id)
            : FindOnly(users.Where(user => string.Equals(user.UserNickName, wanted, StringComparison.OrdinalIgnoreCase)));
    }

    private static T? FindOnly<T>(IEnumerable<T> candidates)
        where T : class
    {
        T[] found = [.. candidates.Take(2)];
        return found.Length == 1 ? found[0] : null;
    }
}
