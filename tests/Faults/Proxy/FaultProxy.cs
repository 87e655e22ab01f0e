using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Faults.Proxy;

/// <summary>
/// Stands between clients and a server, and does to the connections that go through it what bad networks do. Faults begin and end
/// while it runs, for connections that are open already too.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _connections = [];
    private readonly IReadOnlyList<EndPoint> _targets;
    private readonly Task _accepting;
    private TaskCompletionSource _changed = NewSignal();
    private LinkFault _fault = LinkFault.None;
    private uint _turn;

    /// <summary>Listens on a free port of this machine.</summary>
    /// <param name="targets">Where connections go, in turn; one that does not listen is passed over.</param>
    public FaultProxy(params IReadOnlyList<EndPoint> targets)
    {
        _targets = targets;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often <see cref="Reset"/> was called.</summary>
    public int Resets { get; private set; }

    /// <summary>What happens to bytes from now on.</summary>
    public LinkFault Fault
    {
        get => Volatile.Read(ref _fault);
        set
        {
            Volatile.Write(ref _fault, value);
            Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
        }
    }

    /// <summary>Resets every connection; what was on its way is lost. New ones are let through.</summary>
    public void Reset()
    {
        Resets++;
        foreach (var connection in _connections.Keys)
            connection.Reset();
    }

    /// <summary>Resets one connection.</summary>
    /// <param name="choice">Any number; says which.</param>
    public void ResetOne(int choice)
    {
        ProxiedConnection[] open = [.. _connections.Keys];
        if (open.Length > 0)
            open[(int)((uint)choice % (uint)open.Length)].Reset();
    }

    /// <summary>Tells every client that its server has nothing more to say; the other direction goes on.</summary>
    public void HalfClose()
    {
        foreach (var connection in _connections.Keys)
            connection.HalfClose();
    }

    /// <summary>Completes while bytes may pass.</summary>
    public async Task FlowingAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // In this order: a change after the look must not be missed.
            var changed = Volatile.Read(ref _changed).Task;
            if (!Fault.IsSilent)
                return;
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>A connection to one of the targets.</summary>
    /// <exception cref="SocketException">None of them listens.</exception>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var first = Interlocked.Increment(ref _turn);
        for (var i = 0u; ; i++)
        {
            var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await server.ConnectAsync(_targets[(int)((first + i) % _targets.Count)], cancellationToken);
                return server;
            }
            catch (Exception exception)
            {
                server.Dispose();
                if (exception is not SocketException || i + 1 >= _targets.Count)
                    throw;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var connection in _connections.Keys)
            connection.Reset();
        await Task.WhenAll(_connections.Values);
        _stopping.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopping.Token);
                client.NoDelay = true;
                var connection = new ProxiedConnection(this, client);
                var begin = NewSignal();
                _connections[connection] = PassAsync(connection, begin.Task);
                begin.SetResult();
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException
            && _stopping.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task PassAsync(ProxiedConnection connection, Task begin)
    {
        // Not before it is in the table, or it could never be taken out.
        await begin;
        await connection.RunAsync(_stopping.Token);
        _connections.TryRemove(connection, out _);
    }
}
