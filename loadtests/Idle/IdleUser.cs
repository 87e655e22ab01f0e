using System.Diagnostics;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;

namespace BrokerIm.LoadTests.Idle;

/// <summary>One user who is there and says nothing.</summary>
internal sealed class IdleUser : IAsyncDisposable
{
    private readonly TeamTalkConnection _connection;
    private readonly Step _heartbeat;
    private long _waitingSince;

    public IdleUser(TeamTalkConnection connection, Step heartbeat)
    {
        (_connection, _heartbeat) = (connection, heartbeat);
        connection.HeartbeatReturned = Returned;
    }

    /// <summary>Whether a heartbeat has not come back.</summary>
    public bool IsWaiting => Volatile.Read(ref _waitingSince) != 0;

    /// <summary>Whether the connection ended.</summary>
    public bool IsGone => _connection.Ended.IsCompleted;

    /// <summary>Sends a heartbeat; when the one before is still out, that one's time goes on counting.</summary>
    public void Beat(long due)
    {
        Interlocked.CompareExchange(ref _waitingSince, due, 0);
        _connection.Beat();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private void Returned()
    {
        if (Interlocked.Exchange(ref _waitingSince, 0) is var due && due != 0)
            _heartbeat.Done(due, Stopwatch.GetTimestamp());
    }
}
