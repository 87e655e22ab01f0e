using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Tests.Conformance;

/// <summary>Stands between a client and a real service, and cuts or mutes the connections that go through it.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, byte> _sockets = [];
    private readonly DnsEndPoint _target;
    private readonly Task _accepting;
    private TaskCompletionSource _flowing = new();

    public TcpProxy(string host, int port)
    {
        _target = new(host, port);
        _flowing.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Resets every connection; new ones are let through.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
        {
            if (!_sockets.TryRemove(socket, out _))
                continue;

            socket.LingerState = new(true, 0);
            socket.Dispose();
        }
    }

    /// <summary>Lets nothing through in either direction, without closing anything, until <see cref="Unmute"/>.</summary>
    public void Mute() => _flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Unmute() => _flowing.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Unmute();
        Cut();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                var service = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                _sockets[client] = _sockets[service] = 0;
                _ = JoinAsync(client, service);
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task JoinAsync(Socket client, Socket service)
    {
        try
        {
            await service.ConnectAsync(_target, _stopping.Token);
            await Task.WhenAny(PumpAsync(client, service), PumpAsync(service, client));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end is gone, so the other goes too.
        }

        foreach (var socket in new[] { client, service })
        {
            // Whoever takes it out disposes of it.
            if (_sockets.TryRemove(socket, out _))
                socket.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stopping.Token) is > 0 and var count)
            {
                await _flowing.Task;
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stopping.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
