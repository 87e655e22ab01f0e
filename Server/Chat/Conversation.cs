using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Server.Chat;

/// <summary>The conversation on the screen, with a user or in a group; another one can take its place.</summary>
internal sealed class Conversation(ImClient client, Contacts contacts, IChatScreen screen, Peer first) : IDisposable
{
    /// <summary>Messages shown at first.</summary>
    public const int FirstHistory = 10;

    private const int MaxUnreadShown = 100;

    // What arrives while the history is shown waits for its end.
    private readonly SemaphoreSlim _turn = new(1);
    private volatile Tuple<Peer> _peer = Tuple.Create(first);
    private uint _shownUpTo;

    /// <summary>With whom.</summary>
    public Peer Peer => _peer.Item1;

    /// <summary>What to call it.</summary>
    public string Name => contacts.NameOf(Peer);

    /// <summary>The word for whether somebody is there.</summary>
    public static string Word(UserStatType status) => status == UserStatType.Online ? "online" : "offline";

    /// <summary>Puts a conversation on the screen: who it is with, what is unread, what was said last.</summary>
    public async Task OpenAsync(Peer peer, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _peer = Tuple.Create(peer);
            _shownUpTo = 0;
            screen.Typing(null);
            screen.Note(await GreetingAsync(peer, cancellationToken));
            var unread = (await client.GetUnreadAsync(cancellationToken))
                .FirstOrDefault(info => Peer.Of(info.SessionType, info.SessionId) == peer)?.UnreadCnt ?? 0;
            await ShowAsync(Math.Max(FirstHistory, (int)Math.Min(unread, MaxUnreadShown)), unread, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Shows the last messages.</summary>
    public async Task ShowHistoryAsync(int count, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await ShowAsync(count, unread: 0, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Shows a message that came, and marks it as read.</summary>
    /// <returns>False when it belongs to another conversation.</returns>
    public async Task<bool> TryTakeAsync(ChatMessage message, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (message.Peer != Peer)
                return false;
            if (message.Id <= _shownUpTo)
                return true;

            Show(message);
            if (message.From != client.Self.UserId)
                await client.MarkReadAsync(Peer, message.Id);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<string> GreetingAsync(Peer peer, CancellationToken cancellationToken)
    {
        if (peer.IsGroup)
        {
            var members = contacts.GroupOf(peer.Id)?.GroupMemberList ?? [];
            return $"Group {contacts.NameOf(peer)} ({peer.Id}), {members.Count} members: {contacts.NamesOf(members)}. /help for help.";
        }

        var login = MessageText.Clean(contacts.UserOf(peer.Id)?.UserRealName ?? "");
        var status = (await client.GetStatusAsync([peer.Id], cancellationToken))[0].Status;
        return $"Chat with {contacts.NameOf(peer)} ({login}, {peer.Id}): {Word(status)}. /help for help.";
    }

    private async Task ShowAsync(int count, uint unread, CancellationToken cancellationToken)
    {
        var history = await client.GetHistoryAsync(Peer, begin: 0, count, cancellationToken);

        // Counted from the end, and only what others wrote: own messages are never unread.
        var theirs = history.Where(message => message.From != client.Self.UserId).ToList();
        var firstUnread = unread == 0 || theirs.Count == 0 ? null : theirs[Math.Max(0, theirs.Count - (int)unread)];
        foreach (var message in history)
        {
            if (message == firstUnread)
                screen.Note($"{unread} unread:");
            Show(message);
        }

        if (history.Count == 0)
            return;
        _shownUpTo = Math.Max(_shownUpTo, history[^1].Id);
        if (unread > 0)
            await client.MarkReadAsync(Peer, history[^1].Id);
    }

    private void Show(ChatMessage message)
    {
        var isOwn = message.From == client.Self.UserId;
        var who = isOwn ? Contacts.NameOf(client.Self) : contacts.NameOf(message.From);
        screen.Show(new(message.Time, who, MessageText.Of(message), message.Id, isOwn));
    }
}
