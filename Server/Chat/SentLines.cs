using BrokerIm.Client;

namespace BrokerIm.Server.Chat;

/// <summary>Lines on their way to the server. They leave in the order they were typed; nobody waits for one before the next.</summary>
internal sealed class SentLines(ImClient client, Conversation conversation, IChatScreen screen)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _sending = [];

    /// <summary>Whether a message could not be sent.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Sends a line to the conversation that is on the screen now.</summary>
    public void Send(string text, CancellationToken cancellationToken)
    {
        var sending = SendAsync(conversation.Peer, text, cancellationToken);
        lock (_gate)
        {
            if (!sending.IsCompleted)
                _sending.Add(sending);
            screen.Sending(_sending.Count);
        }

        _ = ForgetAsync(sending);
    }

    /// <summary>Completes when every line has its answer.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
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

    private async Task SendAsync(Peer to, string text, CancellationToken cancellationToken)
    {
        try
        {
            var sent = await client.SendTextAsync(to, text, cancellationToken);

            // The id carries the server's time, like the times of all other lines.
            var time = DateTimeOffset.FromUnixTimeMilliseconds(sent.SendId.TimeMs);
            if (to == conversation.Peer)
                screen.Show(new(time, Contacts.NameOf(client.Self), MessageText.Clean(text), sent.MessageId, IsOwn: true));
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
}
