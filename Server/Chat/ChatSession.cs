using BrokerIm.Client;

namespace BrokerIm.Server.Chat;

/// <summary>What goes on between the user at the keyboard and the others.</summary>
/// <param name="client">Connected.</param>
/// <param name="contacts">Who there is.</param>
/// <param name="peer">The conversation to begin with.</param>
/// <param name="screen">Where it happens.</param>
internal sealed class ChatSession(ImClient client, Contacts contacts, Peer peer, IChatScreen screen)
{
    /// <summary>Runs until the input ends and everything is sent, the user quits, or the server ends the session.</summary>
    /// <returns>Whether it ended as the user wanted: everything was sent, and nothing that was typed blindly failed.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var conversation = new Conversation(client, contacts, screen, peer);
        var lines = new SentLines(client, conversation, screen);
        await conversation.OpenAsync(peer, cancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(new(client, contacts, conversation, screen), stop);
        var typedWell = await TypeAsync(conversation, lines, stop.Token);
        await lines.WaitAsync(stop.Token);

        var isOver = stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested;
        await stop.CancelAsync();
        await watching;
        return typedWell && !lines.HasFailed && !isOver;
    }

    /// <summary>False when a command failed that nobody saw fail: what follows it may not be meant for this conversation.</summary>
    private async Task<bool> TypeAsync(Conversation conversation, SentLines lines, CancellationToken cancellationToken)
    {
        var commands = new ChatCommands(client, contacts, conversation, screen);
        void ShowTyping(bool isTyping)
        {
            if (conversation.Peer is { IsGroup: false, Id: var other })
                client.ShowTyping(other, isTyping);
        }

        try
        {
            await foreach (var line in screen.ReadAsync(ShowTyping, cancellationToken))
            {
                if (line == "/quit")
                    return true;
                if (line.StartsWith('/') && !line.StartsWith("//", StringComparison.Ordinal))
                {
                    if (!await commands.RunAsync(line, cancellationToken) && !screen.IsInteractive)
                        return false;
                }
                else if (!string.IsNullOrWhiteSpace(line))
                {
                    lines.Send(line.StartsWith('/') ? line[1..] : line, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C, or the server ended the session.
        }

        return true;
    }

    private async Task WatchAsync(ChatNews news, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var happened in client.EventsAsync(stop.Token))
            {
                await news.ShowAsync(happened, stop.Token);
                if (happened is Disconnected { WillReconnect: false })
                    await stop.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The chat is over.
        }
    }
}
