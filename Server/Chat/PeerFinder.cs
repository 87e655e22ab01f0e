using System.Globalization;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Server.Chat;

/// <summary>Finds out whom somebody means.</summary>
internal static class PeerFinder
{
    /// <summary>The user with this login name, or this id, or this display name when only one has it; otherwise null.</summary>
    public static UserInfo? Find(IReadOnlyList<UserInfo> users, string wanted)
    {
        if (users.FirstOrDefault(user => user.UserRealName == wanted) is { } byName)
            return byName;
        if (uint.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return users.FirstOrDefault(user => user.UserId == id);

        UserInfo[] byNick =
            [.. users.Where(user => string.Equals(user.UserNickName, wanted, StringComparison.OrdinalIgnoreCase)).Take(2)];
        return byNick.Length == 1 ? byNick[0] : null;
    }

    /// <summary>Asks the server for everybody and finds one.</summary>
    public static async Task<UserInfo?> FindAsync(ImClient client, string wanted, CancellationToken cancellationToken) =>
        Find((await client.GetAllUsersAsync(since: default, cancellationToken)).Users, wanted);
}
