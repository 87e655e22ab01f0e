using System.Diagnostics;
using System.Net.Sockets;

namespace BrokerIm.Faults.Proxy;

/// <summary>One connection through a <see cref="FaultProxy"/>.</summary>
internal sealed class ProxiedConnection(FaultProxy proxy, Socket client)
{
    private const int PieceBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private Socket? _server;
    private bool _isClosed;

    /// <summary>Passes bytes until both sides have ended, or one has failed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await proxy.FlowingAsync(stop);
            var server = await proxy.ConnectAsync(stop);
            lock (_gate)
            {
                if (_isClosed)
                {
                    server.Dispose();
                    return;
                }

                _server = server;
            }

            await Task.WhenAll(PassAsync(client, server, stop), PassAsync(server, client, stop));
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // Nobody listens, or the proxy stops.
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Resets both sides; harmless when it is over.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            Close(client);
            Close(_server);
        }
    }

    /// <summary>Ends the direction to the client.</summary>
    public void HalfClose()
    {
        lock (_gate)
        {
            if (!_isClosed && client.Connected)
                client.Shutdown(SocketShutdown.Send);
        }
    }

    private static void Close(Socket? socket)
    {
        if (socket is null)
            return;
        socket.LingerState = new(true, 0);
        socket.Dispose();
    }

    private static bool IsEnd(Exception exception) =>
        exception is SocketException or ObjectDisposedException or OperationCanceledException;

    private async Task PassAsync(Socket from, Socket to, CancellationToken stop)
    {
        var buffer = new byte[PieceBytes];
        var fault = proxy.Fault;
        var passed = 0L;
        try
        {
            while (await from.ReceiveAsync(buffer, stop) is > 0 and var count)
            {
                await proxy.FlowingAsync(stop);
                if (proxy.Fault is var now && now != fault)
                    (fault, passed) = (now, 0);

                await WaitAsync(fault, count, stop);
                if (fault.FlipAt is { } at && at >= passed && at < passed + count)
                    buffer[at - passed] ^= 0x10;
                var keep = (int)Math.Min(count, Math.Max(0, (fault.CutAfter ?? long.MaxValue) - passed));
                for (var sent = 0; sent < keep;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, keep - sent), stop);
                passed += count;
                if (passed >= fault.CutAfter)
                {
                    Reset();
                    return;
                }
            }

            await proxy.FlowingAsync(stop);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            // One side is gone without a word, so the other goes too; but not through a network that lets nothing pass.
            if (!stop.IsCancellationRequested)
                await EndAsync(stop);
        }
    }

    private async Task EndAsync(CancellationToken stop)
    {
        try
        {
            await proxy.FlowingAsync(stop);
        }
        catch (OperationCanceledException)
        {
            Debug.Assert(stop.IsCancellationRequested, "Only the end of the proxy cancels.");
        }

        Reset();
    }

    private static async Task WaitAsync(LinkFault fault, int count, CancellationToken stop)
    {
        var wait = fault.Delay + (fault.Jitter * Random.Shared.NextDouble());
        if (fault.BytesPerSecond is { } rate)
            wait += TimeSpan.FromSeconds((double)count / rate);
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, stop);
    }
}
