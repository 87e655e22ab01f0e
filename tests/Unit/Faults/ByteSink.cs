using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Tests.Unit.Faults;

/// <summary>Takes one connection and keeps what comes.</summary>
internal sealed class ByteSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ByteSink()
    {
        _listener.Start();
        Received = TakeAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Completes with the first byte.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Everything, once the connection has ended in whatever way.</summary>
    public Task<byte[]> Received { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Received;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task<byte[]> TakeAsync()
    {
        var bytes = new List<byte>();
        var buffer = new byte[1];
        try
        {
            using var socket = await _listener.AcceptSocketAsync(_stop.Token);
            while (await socket.ReceiveAsync(buffer, _stop.Token) > 0)
            {
                bytes.Add(buffer[0]);
                _connected.TrySetResult();
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // Reset, or the test is over.
        }

        return [.. bytes];
    }
}
