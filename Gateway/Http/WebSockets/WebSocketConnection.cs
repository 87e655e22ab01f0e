using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using BrokerIm.Gateway.Sessions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace BrokerIm.Gateway.Http.WebSockets;

/// <summary>
/// A WebSocket as a connection of bytes. The payload of its binary messages is one stream in each direction: a PDU may span
/// messages and a message may hold several PDUs, and what one side writes as one message means nothing to the other.
/// </summary>
/// <remarks>Both directions wait for whoever is slower: a full pipe stops the reading of the socket, a full socket the writing.</remarks>
internal sealed class WebSocketConnection : ConnectionContext
{
    private const int WaitingBytesMax = 64 * 1024;
    private const int ReceiveBytes = 4 * 1024;
    private static readonly TimeSpan s_closeMax = TimeSpan.FromSeconds(3);

    private readonly WebSocket _socket;
    private readonly HttpContext _context;
    private readonly int _messageBytesMax;
    private readonly Pipe _toServer = new(new(pauseWriterThreshold: WaitingBytesMax, useSynchronizationContext: false));
    private readonly Pipe _toClient = new(new(pauseWriterThreshold: WaitingBytesMax, useSynchronizationContext: false));
    private readonly CancellationTokenSource _ended = new();
    private WebSocketCloseStatus? _refusal;

    public WebSocketConnection(WebSocket socket, HttpContext context, int messageBytesMax)
    {
        _socket = socket;
        _context = context;
        _messageBytesMax = messageBytesMax;
        ConnectionId = context.Connection.Id;
        Transport = new Pipes(_toServer.Reader, _toClient.Writer);
        ConnectionClosed = _ended.Token;
        LocalEndPoint = EndPointOf(context.Connection.LocalIpAddress, context.Connection.LocalPort);
        RemoteEndPoint = EndPointOf(context.Connection.RemoteIpAddress, context.Connection.RemotePort);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    /// <summary>Serves the connection and closes it, with a code that says why.</summary>
    public async Task RunAsync(Func<ConnectionContext, Task<CloseReason?>> serve)
    {
        var (receiving, sending) = (ReceiveAsync(), SendAsync());
        CloseReason? reason = null;
        try
        {
            reason = await serve(this);
        }
        finally
        {
            // What was written still leaves, and what still comes is read no more.
            await Transport.Output.CompleteAsync();
            await Transport.Input.CompleteAsync();
            await sending;
            await CloseAsync(_refusal ?? CloseCodes.Of(reason), receiving);
            await _ended.CancelAsync();
        }
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (!_ended.IsCancellationRequested)
            _context.Abort();
    }

    public override ValueTask DisposeAsync()
    {
        _ended.Dispose();
        return base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        var output = _toServer.Writer;
        try
        {
            var messageBytes = 0;
            while (_refusal is null)
            {
                // Waits without a buffer: most connections are silent most of the time.
                var received = await _socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
                if (received is { EndOfMessage: false, MessageType: WebSocketMessageType.Binary })
                    received = await _socket.ReceiveAsync(output.GetMemory(ReceiveBytes), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                    return;

                _refusal = Refusal(received, ref messageBytes);
                if (_refusal is not null)
                    break;

                output.Advance(received.Count);
                if ((await output.FlushAsync()).IsCompleted)
                    break;
            }

            await output.CompleteAsync();
            await DiscardAsync();
        }
        catch (Exception exception) when (IsGone(exception))
        {
            // Cut by the client, the network or Abort; the session ends as with any lost connection.
        }
        finally
        {
            await output.CompleteAsync();
        }
    }

    private WebSocketCloseStatus? Refusal(ValueWebSocketReceiveResult received, ref int messageBytes)
    {
        if (received.MessageType == WebSocketMessageType.Text)
            return WebSocketCloseStatus.InvalidMessageType;

        messageBytes += received.Count;
        if (messageBytes > _messageBytesMax)
            return WebSocketCloseStatus.MessageTooBig;
        if (received.EndOfMessage)
            messageBytes = 0;
        return null;
    }

    // Until the client has closed its side too: bytes left unread would make the system throw away our last ones.
    private async Task DiscardAsync()
    {
        var buffer = new byte[ReceiveBytes];
        while ((await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            continue;
    }

    private async Task SendAsync()
    {
        var input = _toClient.Reader;
        try
        {
            while (true)
            {
                var read = await input.ReadAsync();
                await SendAsync(read.Buffer);
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        catch (Exception exception) when (IsGone(exception))
        {
            // The receiving side sees it too.
        }
        finally
        {
            await input.CompleteAsync();
        }
    }

    // One message, a fragment for each segment of the buffer.
    private async ValueTask SendAsync(ReadOnlySequence<byte> buffer)
    {
        var left = buffer.Length;
        foreach (var segment in buffer)
        {
            left -= segment.Length;
            if (segment.Length > 0)
                await _socket.SendAsync(segment, WebSocketMessageType.Binary, endOfMessage: left == 0, CancellationToken.None);
        }
    }

    private async Task CloseAsync(WebSocketCloseStatus status, Task receiving)
    {
        using var deadline = new CancellationTokenSource(s_closeMax);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(status, statusDescription: null, deadline.Token);
            await receiving.WaitAsync(deadline.Token);
        }
        catch (Exception exception) when (IsGone(exception))
        {
            _context.Abort();
            await receiving;
        }
    }

    private static bool IsGone(Exception exception) =>
        exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException;

    private static IPEndPoint? EndPointOf(IPAddress? address, int port) => address is null ? null : new(address, port);

    private sealed class Pipes(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
