namespace BrokerIm.Cql.Cluster;

/// <summary>Lets requests in until it is closed, and knows when the last one has left.</summary>
internal sealed class RequestGate
{
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;
    private int _closed;

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Enter()
    {
        Interlocked.Increment(ref _inside);
        if (!IsClosed)
            return;
        Leave();
        throw new ObjectDisposedException(nameof(CqlSession));
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _inside) == 0 && IsClosed)
            _empty.TrySetResult();
    }

    /// <summary>Lets nobody in any more; completes when all have left.</summary>
    public Task CloseAsync()
    {
        Interlocked.Exchange(ref _closed, 1);
        if (Volatile.Read(ref _inside) == 0)
            _empty.TrySetResult();
        return _empty.Task;
    }
}
