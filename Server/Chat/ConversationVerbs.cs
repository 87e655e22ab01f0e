using System.Globalization;
using BrokerIm.Client;

namespace BrokerIm.Server.Chat;

/// <summary>Commands about conversations.</summary>
internal sealed class ConversationVerbs(ImClient client, Contacts contacts, Conversation conversation, IChatScreen screen)
{
    private const int MaxHistory = 10_000;

    /// <summary>All of them.</summary>
    public IEnumerable<ChatVerb> All =>
    [
        new("join", "NAME", "opens the conversation with a user or a group; #NAME is always a group", JoinAsync),
        new("history", "[N]", "shows the last N messages", HistoryAsync),
        new("recent", "", "lists conversations, latest first, and what is unread in them", RecentAsync),
        new("forget", "[NAME]", "takes a conversation off that list until its next message", ForgetAsync),
    ];

    private async Task<bool> JoinAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count == 0)
            return false;

        await conversation.OpenAsync(Find(arguments), cancellationToken);
        return true;
    }

    private async Task<bool> HistoryAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var count = Conversation.FirstHistory;
        if (arguments.Count > 1
            || (arguments is [var number]
                && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is 0 or > MaxHistory)))
            return false;

        await conversation.ShowHistoryAsync(count, cancellationToken);
        return true;
    }

    private async Task<bool> RecentAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments.Count > 0)
            return false;

        var unread = (await client.GetUnreadAsync(cancellationToken))
            .ToDictionary(info => Peer.Of(info.SessionType, info.SessionId), info => info.UnreadCnt);
        foreach (var session in await client.GetRecentSessionsAsync(since: default, cancellationToken))
        {
            var peer = Peer.Of(session.SessionType, session.SessionId);
            var mark = peer.IsGroup ? $"{PeerFinder.GroupMark}" : "";
            var count = unread.TryGetValue(peer, out var some) ? $", {some} unread" : "";
            screen.Note($"{mark}{contacts.NameOf(peer)}: {session.LatestMsgId} messages{count}");
        }

        return true;
    }

    private async Task<bool> ForgetAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var found = arguments.Count == 0 ? conversation.Peer : Find(arguments);
        await client.RemoveSessionAsync(found, cancellationToken);
        screen.Note($"{contacts.NameOf(found)} is off the list.");
        return true;
    }

    private Peer Find(IReadOnlyList<string> words)
    {
        var wanted = string.Join(' ', words);
        return contacts.Find(wanted) is { } found && found != new Peer(client.Self.UserId)
            ? found
            : throw new ChatVerbException($"No other user or group of yours is called '{MessageText.Clean(wanted)}', or several are.");
    }
}
