using System.Threading.Channels;
using BrokerIm.Client.Sessions;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

/// <summary>
/// A user's connection to the messaging service. It stays connected by itself, sends each message once however often it has to
/// try, and hands each received message on once and in order, whatever the network does.
/// </summary>
/// <remarks>
/// What was there when <see cref="ConnectAsync"/> returned is history, to be asked for; what comes later is an event. All members
/// are safe to use from several threads.
/// </remarks>
/// <example>
/// <code>
/// await using var client = await ImClient.ConnectAsync(new() { Host = "127.0.0.1", Name = "alice", Password = "secret" }, stop);
/// await client.SendTextAsync(1002, "hello", stop);
/// await foreach (var happened in client.EventsAsync(stop))
/// {
///     if (happened is MessageReceived { Message: var message })
///         Console.WriteLine($"{message.From}: {message.Text}");
/// }
/// </code>
/// </example>
public sealed partial class ImClient : IAsyncDisposable
{
    /// <summary>Largest message data: servers accept frames of 256 KiB, and the rest of the frame is small.</summary>
    public const int MaxDataBytes = (256 * 1024) - 128;

    private readonly ImClientOptions _options;
    private readonly ConnectionKeeper _connection;

    private ImClient(ImClientOptions options)
    {
        _options = options;
        _connection = new(options);
    }

    /// <summary>The user's own profile, as of the last login.</summary>
    public UserInfo Self => _connection.Self;

    /// <summary>Whether there is a logged-in connection at this moment.</summary>
    public bool IsConnected => _connection.Current is not null;

    /// <summary>What happens, for one reader. Ends with a last <see cref="Disconnected"/> when no reconnect follows.</summary>
    public ChannelReader<ImEvent> Events => _connection.Pump.Events;

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="ArgumentException">An option has no sensible value.</exception>
    /// <exception cref="LoginRefusedException">The server does not let the user in.</exception>
    /// <exception cref="ImConnectionException">No server answers.</exception>
    /// <exception cref="TimeoutException">The server stopped answering.</exception>
    public static async Task<ImClient> ConnectAsync(ImClientOptions options, CancellationToken cancellationToken)
    {
        options.Validate();
        var client = new ImClient(options);
        try
        {
            await client._connection.StartAsync(cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same as <see cref="Events"/>, as a stream.</summary>
    public IAsyncEnumerable<ImEvent> EventsAsync(CancellationToken cancellationToken) => Events.ReadAllAsync(cancellationToken);

    /// <summary>Sends a text to a user or a group.</summary>
    /// <inheritdoc cref="SendAsync(Peer, MsgType, ReadOnlyMemory{byte}, SendId?, CancellationToken)"/>
    public Task<SentMessage> SendTextAsync(Peer to, string text, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        var type = to.IsGroup ? MsgType.GroupText : MsgType.SingleText;
        return SendAsync(to, type, _options.TextCipher.Encrypt(text), cancellationToken);
    }

    /// <inheritdoc cref="SendAsync(Peer, MsgType, ReadOnlyMemory{byte}, SendId?, CancellationToken)"/>
    public Task<SentMessage> SendAsync(
        Peer to, MsgType type, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        SendAsync(to, type, data, sendId: null, cancellationToken);

    /// <summary>
    /// Sends a message and sees it through: without an ack in time, and after a reconnect, it is sent again under the same id, so
    /// it is stored at most once. Messages leave in the order of the calls; there is no need to await one before the next.
    /// </summary>
    /// <param name="to">Receiver.</param>
    /// <param name="type">Kind; must be a group kind exactly when the receiver is a group.</param>
    /// <param name="data">Content, at most <see cref="MaxDataBytes"/>; must not change until the task completes.</param>
    /// <param name="sendId">Null, or the id of an earlier call whose outcome stayed unknown.</param>
    /// <param name="cancellationToken">Ends the attempts; the message may be stored all the same.</param>
    /// <returns>Completes when the message is stored for good.</returns>
    /// <exception cref="SendRefusedException">The server will not store it.</exception>
    /// <exception cref="SendUnknownException">No answer after <see cref="ImClientOptions.SendAttempts"/>.</exception>
    /// <exception cref="SendException">Another reason; see the derived types.</exception>
    /// <exception cref="ImClosedException">The client has ended, or ends before the answer.</exception>
    public Task<SentMessage> SendAsync(
        Peer to, MsgType type, ReadOnlyMemory<byte> data, SendId? sendId, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(to.Id, nameof(to));
        ArgumentOutOfRangeException.ThrowIfZero(data.Length, nameof(data));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, MaxDataBytes, nameof(data));
        if (type is MsgType.GroupText or MsgType.GroupAudio != to.IsGroup)
            throw new ArgumentException($"A message of type {type} cannot go to a {to}.", nameof(type));

        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<SentMessage>(cancellationToken)
            : _connection.Sends.Enqueue(to, type, data, sendId, cancellationToken);
    }

    /// <summary>Marks a conversation as read up to a message, on all devices of the user. Marks only move forward.</summary>
    /// <remarks>Servers do not answer this; without a connection it is sent on the next.</remarks>
    public Task MarkReadAsync(Peer peer, uint messageId)
    {
        _connection.Marks.Set(_connection.Current, peer, messageId);
        return Task.CompletedTask;
    }

    /// <summary>Logs out and ends the client: mobile devices get no more push notifications afterwards.</summary>
    public async Task LogoutAsync(CancellationToken cancellationToken)
    {
        const string end = "Logged out.";
        _connection.Intend(end);
        try
        {
            await _connection.RequestAsync(
                Command.LogoutReq, _ => new IMLogoutReq(), Command.LogoutRsp, IMLogoutRsp.Parser, cancellationToken);
        }
        catch (Exception exception) when (exception is ImClosedException or ImConnectionException or TimeoutException)
        {
            // The server closed before its answer was read, or there was no session to end. The end is the same.
        }

        await _connection.EndAsync(end);
    }

    /// <summary>Sends what is on its way, ends the connection and the events. Messages without an outcome fail.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
