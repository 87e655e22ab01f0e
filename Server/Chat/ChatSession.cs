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
    /// <returns>Whether it ended as the user wanted: everything was sent.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var conversation = new Conversation(client, contacts, screen, peer);
        var lines = new SentLines(client, conversation, screen);
        await conversation.OpenAsync(peer, cancellationToken);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(new(client, contacts, conversation, screen), stop);
        await TypeAsync(conversation, lines, stop.Token);
        await lines.WaitAsync(stop.Token);

        var isOver = stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested;
        await stop.CancelAsync();
        await watching;
        return !lines.HasFailed && !isOver;
    }

    private async Task TypeAsync(Conversation conversation, SentLines lines, CancellationToken cancellationToken)
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
                    return;
                if (line.StartsWith("//", StringComparison.Ordinal))
                    lines.Send(line[1..], cancellationToken);
                else if (line.StartsWith('/'))
                    await commands.RunAsync(line, cancellationToken);
                else if (!string.IsNullOrWhiteSpace(line))
                    lines.Send(line, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C, or the server ended the session.
        }
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
