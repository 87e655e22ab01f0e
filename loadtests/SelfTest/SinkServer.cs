using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace BrokerIm.LoadTests.SelfTest;

/// <summary>
/// Speaks the protocol and keeps nothing: lets everybody in, numbers messages, acknowledges and delivers them. What a generator
/// reaches against it is the most that the generator can show of any server.
/// </summary>
internal sealed class SinkServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, uint> _ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<uint, SinkConnection> _online = new();
    private readonly ConcurrentDictionary<(uint, uint), SinkConversation> _conversations = new();
    private readonly ConcurrentBag<SinkConnection> _all = [];
    private readonly Func<long, SinkFault> _faults;
    private readonly Task _accepting;
    private int _lastId;
    private int _lastGroup;
    private long _messages;

    /// <summary>Listens on a free port of this machine.</summary>
    /// <param name="faults">What to do wrong with the n-th message, n from 0; none by default.</param>
    public SinkServer(Func<long, SinkFault>? faults = null)
    {
        _faults = faults ?? (static _ => SinkFault.None);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(backlog: 1_024);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public EndPoint Address => _listener.LocalEndPoint!;

    /// <summary>The id of a name, the same for ever.</summary>
    public uint IdOf(string name) => _ids.GetOrAdd(name, _ => (uint)Interlocked.Increment(ref _lastId));

    /// <summary>A user is here from now on.</summary>
    public void Enter(uint user, SinkConnection connection) => _online[user] = connection;

    /// <summary>The connection of a user, if he is here.</summary>
    public SinkConnection? Find(uint user) => _online.TryGetValue(user, out var connection) ? connection : null;

    /// <summary>What to do wrong with the next message.</summary>
    public SinkFault NextFault() => _faults(Interlocked.Increment(ref _messages) - 1);

    /// <summary>The conversation of two users.</summary>
    public SinkConversation Pair(uint first, uint second) => _conversations.GetOrAdd(
        (Math.Min(first, second), Math.Max(first, second)), static pair => new([pair.Item1, pair.Item2]));

    /// <summary>The conversation of a group.</summary>
    public SinkConversation? Group(uint group) => _conversations.TryGetValue((0, group), out var conversation) ? conversation : null;

    /// <summary>Makes a group.</summary>
    public uint MakeGroup(IReadOnlyList<uint> members)
    {
        var group = (uint)Interlocked.Increment(ref _lastGroup);
        _conversations[(0, group)] = new(members);
        return group;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        foreach (var connection in _all)
            await connection.DisposeAsync();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _all.Add(new(await _listener.AcceptAsync(_stop.Token), this));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }
}
