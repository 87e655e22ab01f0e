using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Tests.Flow;

/// <summary>Passes bytes on between clients and the server, and cuts every connection when told to.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpClient> _open = [];
    private readonly int _target;
    private readonly Task _accepting;

    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often <see cref="Cut"/> was called.</summary>
    public int Cuts { get; private set; }

    /// <summary>Resets every connection; what was on its way is lost.</summary>
    public void Cut()
    {
        Cuts++;
        CloseAll();
    }

    private void CloseAll()
    {
        lock (_open)
        {
            foreach (var client in _open)
            {
                client.LingerState = new(true, 0);
                client.Dispose();
            }

            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        CloseAll();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                var (clientStream, serverStream) = (client.GetStream(), server.GetStream());
                lock (_open)
                    _open.AddRange([client, server]);
                passing.Add(PassAsync(clientStream, serverStream));
                passing.Add(PassAsync(serverStream, clientStream));
            }
        }
        catch (Exception exception) when (exception is SocketException || _stop.IsCancellationRequested)
        {
            // The proxy or the server is going away.
        }

        // A connection may have come in while the others were closed.
        if (_stop.IsCancellationRequested)
            CloseAll();
        await Task.WhenAll(passing);
    }

    private static async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        try
        {
            await from.CopyToAsync(to);
            to.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or SocketException)
        {
            // Cut.
        }
    }
}
