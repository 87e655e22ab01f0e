namespace BrokerIm.Gateway.Inbound;

/// <summary>Bounds what one connection has in the lanes. One party enters, anybody leaves.</summary>
internal sealed class InFlightLimit(int max)
{
    private readonly Lock _gate = new();
    private int _count;
    private TaskCompletionSource? _room;

    /// <summary>Entries inside.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts one more entry in; waits while there are too many.</summary>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_count < max)
            {
                _count++;
                return ValueTask.CompletedTask;
            }
        }

        return WaitAsync(cancellationToken);
    }

    /// <summary>Counts one entry out.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _count--;
            _room?.TrySetResult();
            _room = null;
        }
    }

    private async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_count < max)
                {
                    _count++;
                    return;
                }

                room = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellationToken);
        }
    }
}
