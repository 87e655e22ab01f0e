using System.Globalization;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Server.Chat;

/// <summary>A conversation between the user at the keyboard and one other.</summary>
/// <param name="client">Connected.</param>
/// <param name="peer">The other.</param>
/// <param name="screen">Where it happens.</param>
internal sealed class ChatSession(ImClient client, UserInfo peer, IChatScreen screen)
{
    private const int FirstHistory = 10;
    private const string Help =
        "Type a line to send it. /history [N] shows the last N messages, /help this, /quit ends; // sends a line that starts with /.";

    private readonly Lock _gate = new();
    private readonly HashSet<Task> _sending = [];
    private readonly string _peerName = NameOf(peer);

    /// <summary>Whether a message could not be sent.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The name to show for a user.</summary>
    public static string NameOf(UserInfo user) =>
        MessageText.Clean(user.UserNickName.Length > 0 ? user.UserNickName : user.UserRealName);

    /// <summary>Runs until the input ends and everything is sent, the user quits, or the server ends the session.</summary>
    /// <returns>Whether it ended as the user wanted.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await GreetAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(stop);
        await TypeAsync(stop.Token);
        await WaitForAcksAsync(stop.Token);

        var isOver = stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested;
        await stop.CancelAsync();
        await watching;
        return !HasFailed && !isOver;
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        var status = (await client.GetStatusAsync([peer.UserId], cancellationToken))[0].Status;
        screen.Note($"Chat with {_peerName} ({MessageText.Clean(peer.UserRealName)}, {peer.UserId}): {Word(status)}. /help for help.");

        var unread = (await client.GetUnreadAsync(cancellationToken)).FirstOrDefault(
            info => info.SessionType == SessionType.Single && info.SessionId == peer.UserId)?.UnreadCnt ?? 0;
        await ShowHistoryAsync(Math.Max(FirstHistory, (int)Math.Min(unread, 100)), unread, cancellationToken);
    }

    private async Task ShowHistoryAsync(int count, uint unread, CancellationToken cancellationToken)
    {
        var history = await client.GetHistoryAsync(peer.UserId, begin: 0, count, cancellationToken);

        // Counted from the end, and only what the other wrote: own messages are never unread.
        var theirs = history.Where(message => message.From == peer.UserId).ToList();
        var firstUnread = unread == 0 || theirs.Count == 0 ? null : theirs[Math.Max(0, theirs.Count - (int)unread)];
        foreach (var message in history)
        {
            if (message == firstUnread)
                screen.Note($"{unread} unread:");
            Show(message);
        }

        if (unread > 0 && history.Count > 0)
            await client.MarkReadAsync(peer.UserId, history[^1].Id);
    }

    private async Task TypeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var line in screen.ReadAsync(cancellationToken))
            {
                if (line == "/quit")
                    return;
                await HandleAsync(line, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C, or the server ended the session.
        }
    }

    private async Task HandleAsync(string line, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;

        if (line.StartsWith("//", StringComparison.Ordinal))
            Send(line[1..], cancellationToken);
        else if (!line.StartsWith('/'))
            Send(line, cancellationToken);
        else if (line == "/help")
            screen.Note(Help);
        else if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["/history", .. var rest] && CountOf(rest) is { } count)
            await TryShowHistoryAsync(count, cancellationToken);
        else
            screen.Complain($"No such command: {MessageText.Clean(line)}. {Help}");
    }

    private static int? CountOf(string[] arguments)
    {
        if (arguments.Length == 0)
            return FirstHistory;
        return arguments.Length == 1
            && int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count is > 0 and <= 10_000
            ? count
            : null;
    }

    private async Task TryShowHistoryAsync(int count, CancellationToken cancellationToken)
    {
        try
        {
            await ShowHistoryAsync(count, unread: 0, cancellationToken);
        }
        catch (Exception exception) when (exception is ImException or TimeoutException)
        {
            screen.Complain($"No history: {exception.Message}");
        }
    }

    // Lines leave in the order they were typed; nobody has to wait for one before typing the next.
    private void Send(string text, CancellationToken cancellationToken)
    {
        var sending = SendAsync(text, cancellationToken);
        lock (_gate)
        {
            if (!sending.IsCompleted)
                _sending.Add(sending);
            screen.Sending(_sending.Count);
        }

        _ = ForgetAsync(sending);
    }

    private async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            var sent = await client.SendTextAsync(peer.UserId, text, cancellationToken);

            // The id carries the server's time, like the times of all other lines.
            var time = DateTimeOffset.FromUnixTimeMilliseconds(sent.SendId.TimeMs);
            screen.Show(new(time, NameOf(client.Self), MessageText.Clean(text), sent.MessageId, IsOwn: true));
        }
        catch (Exception exception) when (exception is ImException or ArgumentException or OperationCanceledException)
        {
            HasFailed = true;
            screen.Complain($"Not sent: {MessageText.Clean(text)} ({exception.Message})");
        }
    }

    private async Task ForgetAsync(Task sending)
    {
        await sending;
        lock (_gate)
        {
            _sending.Remove(sending);
            screen.Sending(_sending.Count);
        }
    }

    private async Task WaitForAcksAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Task[] left;
            lock (_gate)
                left = [.. _sending];
            if (left.Length == 0)
                return;
            await Task.WhenAll(left);
        }
    }

    private async Task WatchAsync(CancellationTokenSource stop)
    {
        try
        {
            await foreach (var happened in client.EventsAsync(stop.Token))
            {
                await HandleAsync(happened);
                if (happened is Disconnected { WillReconnect: false })
                    await stop.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The chat is over.
        }
    }

    private async Task HandleAsync(ImEvent happened)
    {
        switch (happened)
        {
            case MessageReceived { Message: var message } when message.Peer == new Peer(peer.UserId):
                Show(message);
                if (message.From == peer.UserId)
                    await client.MarkReadAsync(peer.UserId, message.Id);
                break;
            case MessageReceived { Message: var elsewhere } when elsewhere.From != client.Self.UserId:
                screen.Note($"A message in another chat, with {elsewhere.Peer}.");
                break;
            case UserStatusChanged status when status.User == peer.UserId:
                screen.Note($"{_peerName} is {Word(status.Status)}.");
                break;
            case Kicked:
                screen.Complain("This account has logged in somewhere else.");
                break;
            case Disconnected lost:
                screen.Note(lost.WillReconnect ? $"Connection lost: {lost.Reason} Reconnecting…" : $"Disconnected: {lost.Reason}");
                break;
            case ReconnectFailed failed:
                screen.Note($"Still no connection: {failed.Reason}");
                break;
            case Reconnected:
                screen.Note("Connected again.");
                break;
        }
    }

    private void Show(ChatMessage message)
    {
        var isOwn = message.From == client.Self.UserId;
        screen.Show(new(message.Time, isOwn ? NameOf(client.Self) : _peerName, MessageText.Of(message), message.Id, isOwn));
    }

    private static string Word(UserStatType status) => status == UserStatType.Online ? "online" : "offline";
}
