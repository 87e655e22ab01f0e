using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>What happens to the bytes of one direction of a new connection.</summary>
/// <param name="Delay">Each piece waits this long.</param>
/// <param name="CutAfter">The connection is reset after this many bytes; the last piece arrives truncated.</param>
/// <param name="SwallowAfter">After this many bytes nothing arrives any more, and nobody is told.</param>
/// <param name="FlipAt">One bit of the byte at this position is wrong.</param>
/// <param name="PieceBytes">Bytes arrive in pieces of this size.</param>
internal sealed record Fault(
    TimeSpan Delay = default, long? CutAfter = null, long? SwallowAfter = null, long? FlipAt = null, int PieceBytes = 64 * 1024)
{
    public static Fault None { get; } = new();
}

/// <summary>Stands between a client and a node, and does to the connections that go through it what networks do.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, byte> _sockets = [];
    private readonly ConcurrentBag<Task> _joined = [];
    private readonly IPEndPoint _target;
    private readonly Task _accepting;
    private int _accepted;

    public FaultProxy(IPEndPoint target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>For connections from now on: what the node says.</summary>
    public Fault ToClient { get; set; } = Fault.None;

    /// <summary>For connections from now on: what the client says.</summary>
    public Fault ToNode { get; set; } = Fault.None;

    /// <summary>Connections so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Resets every connection.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
            Reset(socket);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        Cut();
        await Task.WhenAll(_joined);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                Interlocked.Increment(ref _accepted);
                _joined.Add(JoinAsync(client, ToNode, ToClient));
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task JoinAsync(Socket client, Fault toNode, Fault toClient)
    {
        var node = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        _sockets[client] = _sockets[node] = 0;
        try
        {
            await node.ConnectAsync(_target, _stopping.Token);
            await Task.WhenAny(PumpAsync(client, node, toNode), PumpAsync(node, client, toClient));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The node is not there, so the client's connection ends too.
        }

        Reset(client);
        Reset(node);
    }

    private async Task PumpAsync(Socket from, Socket to, Fault fault)
    {
        var buffer = new byte[fault.PieceBytes];
        var passed = 0L;
        try
        {
            while (await from.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
            {
                if (fault.Delay > TimeSpan.Zero)
                    await Task.Delay(fault.Delay, _stopping.Token);
                if (fault.FlipAt is { } at && at >= passed && at < passed + count)
                    buffer[at - passed] ^= 0x10;

                var keep = (int)Math.Min(count, Math.Max(0, (fault.CutAfter ?? fault.SwallowAfter ?? long.MaxValue) - passed));
                for (var sent = 0; sent < keep;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, keep - sent), _stopping.Token);
                passed += count;
                if (passed >= fault.CutAfter)
                    return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }

    private void Reset(Socket socket)
    {
        if (!_sockets.TryRemove(socket, out _))
            return;
        socket.LingerState = new(true, 0);
        socket.Dispose();
    }
}
