using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Connections;

/// <summary>Decides at the door whether a connection may come in, and knows when the last one has left.</summary>
internal sealed class ConnectionGate(IOptions<GatewayOptions> options, GatewayMetrics metrics)
{
    private readonly ConcurrentDictionary<IPAddress, int> _perAddress = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;
    private volatile bool _shut;

    /// <summary>Completes once the gate is shut and nobody is inside.</summary>
    public Task Empty => _empty.Task;

    /// <summary>Whether nobody comes in any more.</summary>
    public bool IsShut => _shut;

    /// <summary>Connections inside.</summary>
    public int Count => Volatile.Read(ref _inside);

    /// <summary>Lets a connection in, or counts why not. Whoever came in must <see cref="Leave"/>.</summary>
    public bool TryEnter(IPAddress? remote)
    {
        var refused = Enter(remote);
        if (refused is not null)
            metrics.ConnectionRefused(refused);
        return refused is null;
    }

    /// <summary>Says that a connection is gone.</summary>
    public void Leave(IPAddress? remote)
    {
        LeaveAddress(remote);
        LeaveTotal();
    }

    /// <summary>Lets nobody in any more.</summary>
    public void Shut()
    {
        // Counted as one inside while shutting, so that Empty completes even if nobody is.
        Interlocked.Increment(ref _inside);
        _shut = true;
        LeaveTotal();
    }

    private string? Enter(IPAddress? remote)
    {
        // First in, then the look at the flag: a connection that slips past Shut is counted, so Empty waits for it.
        if (Interlocked.Increment(ref _inside) > options.Value.MaxConnections || _shut)
        {
            LeaveTotal();
            return _shut ? "draining" : "total";
        }

        if (EnterAddress(remote))
            return null;
        LeaveTotal();
        return "address";
    }

    private bool EnterAddress(IPAddress? remote)
    {
        var max = options.Value.MaxConnectionsPerAddress;
        if (max == 0 || remote is null)
            return true;
        if (_perAddress.AddOrUpdate(remote, 1, static (_, count) => count + 1) <= max)
            return true;
        LeaveAddress(remote);
        return false;
    }

    private void LeaveAddress(IPAddress? remote)
    {
        while (remote is not null && _perAddress.TryGetValue(remote, out var count))
        {
            if (count == 1 ? _perAddress.TryRemove(KeyValuePair.Create(remote, 1)) : _perAddress.TryUpdate(remote, count - 1, count))
                return;
        }
    }

    private void LeaveTotal()
    {
        if (Interlocked.Decrement(ref _inside) == 0 && _shut)
            _empty.TrySetResult();
    }
}
