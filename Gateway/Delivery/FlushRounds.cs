using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Delivery;

/// <summary>
/// Flushes connections in rounds beside the pump. A round takes everybody who was written to since the last one began, so under load
/// a connection is flushed once for several bus messages; while there is little to do, a round begins at once.
/// </summary>
/// <remarks>
/// For when many connections have something: a flush is a call to the system, and on the pump's own thread a thousand of them would
/// keep everything behind them waiting, on one processor.
/// </remarks>
internal sealed class FlushRounds : IThreadPoolWorkItem
{
    // So far the pump may be ahead: what it writes waits in memory until its round.
    private const int BusMessagesAhead = 8;

    private readonly Lock _gate = new();
    private HashSet<Session> _next = [];
    private HashSet<Session> _current = [];
    private int _added;
    private bool _running;
    private TaskCompletionSource? _room;

    /// <summary>Has these flushed in the next round.</summary>
    /// <param name="written">Connections that were written to; empty afterwards.</param>
    /// <returns>Completes when the pump may go on.</returns>
    public ValueTask AddAsync(ref HashSet<Session> written)
    {
        lock (_gate)
        {
            if (_next.Count == 0)
                (_next, written) = (written, _next);
            else
                _next.UnionWith(written);
            written.Clear();

            _added++;
            if (_running)
                return _added < BusMessagesAhead ? default : new((_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return default;
    }

    /// <summary>Runs rounds until nobody is left.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (TryBegin())
        {
            foreach (var session in _current)
                session.Flush();
            _current.Clear();
        }
    }

    private bool TryBegin()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _running = _next.Count > 0;
            (_current, _next) = (_next, _current);
            _added = 0;
            (room, _room) = (_room, null);
        }

        room?.SetResult();
        return _current.Count > 0;
    }
}
