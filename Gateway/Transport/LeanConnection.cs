using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace BrokerIm.Gateway.Transport;

/// <summary>One accepted socket. Whatever few ask for is made when it is asked for, because there may be a hundred thousand of these.</summary>
internal sealed class LeanConnection : ConnectionContext, IDuplexPipe, IConnectionSocketFeature
{
    // Who has sent more than this unread does not read our last words either.
    private const int UnreadMax = 256 * 1024;

    private static long s_opened;

    private readonly SocketReader _reader;
    private readonly SocketWriter _writer;
    private IDuplexPipe? _transport;
    private IDictionary<object, object?>? _items;
    private string? _id;
    private CancellationTokenSource? _closed;
    private int _isClosed;

    /// <summary>Takes over a connected, non-blocking socket.</summary>
    public LeanConnection(Socket socket)
    {
        Socket = socket;
        _reader = new(socket);
        _writer = new(socket);
        RemoteEndPoint = socket.RemoteEndPoint;
        LocalEndPoint = socket.LocalEndPoint;
        Features = new FewFeatures();
        Features.Set<IConnectionSocketFeature>(this);
    }

    public Socket Socket { get; }

    public override IFeatureCollection Features { get; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override IDuplexPipe Transport
    {
        get => _transport ?? this;
        set => _transport = value;
    }

    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref s_opened).ToString("X", CultureInfo.InvariantCulture);
        set => _id = value;
    }

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new Dictionary<object, object?>();
        set => _items = value;
    }

    /// <summary>Cancelled once the socket is closed by this side, after the peer's end or before it.</summary>
    public override CancellationToken ConnectionClosed
    {
        get => ClosedSource().Token;
        set => throw new NotSupportedException("A lean connection alone knows when it is closed.");
    }

    PipeReader IDuplexPipe.Input => _reader;

    PipeWriter IDuplexPipe.Output => _writer;

    /// <summary>Closes the socket at once; what waits for it ends with an error, and what was written may be lost.</summary>
    public override void Abort(ConnectionAbortedException abortReason) => Socket.Dispose();

    /// <summary>Ends the connection after what was flushed. Nobody reads or writes any more.</summary>
    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            Close();
            _reader.Complete();
            _writer.Complete();

            // Made here if nobody has asked yet, so that who asks later is told.
            ClosedSource().Cancel();
        }

        return base.DisposeAsync();
    }

    private void Close()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Send);

            // A socket closed over bytes that nobody took is reset, and what is on its way to the peer is lost (RFC 2525 section 2.17).
            Span<byte> unread = stackalloc byte[4 * 1024];
            for (var i = 0; i < UnreadMax / unread.Length && Socket.Receive(unread, SocketFlags.None, out _) > 0; i++)
            {
                // Dropped.
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }

        Socket.Dispose();
    }

    private CancellationTokenSource ClosedSource()
    {
        if (Volatile.Read(ref _closed) is { } known)
            return known;

        // Never disposed: without a timer it holds nothing, and its token may outlive the connection.
        var source = new CancellationTokenSource();
        return Interlocked.CompareExchange(ref _closed, source, null) ?? source;
    }
}
