namespace BrokerIm.Gateway.Inbound;

/// <summary>
/// The entries of one lane that wait for their flusher, bounded in number and bytes. Whoever comes when it is full waits in line
/// behind the others, and by waiting stops reading its socket.
/// </summary>
internal sealed class LaneQueue(int maxEntries, long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<LaneEntry> _ready = new();
    private readonly Queue<Latecomer> _latecomers = new();
    private TaskCompletionSource? _arrival;
    private long _readyBytes;
    private long _admitted;

    /// <summary>Entries in the queue, those in line included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _ready.Count + _latecomers.Count;
        }
    }

    /// <summary>Whether nine tenths of the room are taken, or somebody waits for room.</summary>
    public bool IsNearlyFull
    {
        get
        {
            lock (_gate)
                return _latecomers.Count > 0 || _ready.Count > maxEntries / 10 * 9 || _readyBytes > maxBytes / 10 * 9;
        }
    }

    /// <summary>Entries that have ever come in; those in line are not in yet.</summary>
    public long Admitted
    {
        get
        {
            lock (_gate)
                return _admitted;
        }
    }

    /// <summary>Adds an entry behind all others; completes once there is room for it.</summary>
    /// <exception cref="OperationCanceledException">The entry was not added and never will be.</exception>
    public ValueTask AddAsync(LaneEntry entry, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_latecomers.Count == 0 && HasRoomFor(entry))
            {
                Admit(entry);
                return ValueTask.CompletedTask;
            }
        }

        return WaitInLineAsync(entry, cancellationToken);
    }

    /// <summary>Waits until there is something to take. For one taker.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource arrival;
        lock (_gate)
        {
            if (_ready.Count > 0)
                return;

            _arrival = arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), arrival);
        await arrival.Task;
    }

    /// <summary>Moves entries, oldest first, into <paramref name="taken"/> until it is full or nothing is left.</summary>
    public void Take(List<LaneEntry> taken, int entriesAtMost, long bytesAtMost)
    {
        lock (_gate)
        {
            var bytes = 0L;
            while (taken.Count < entriesAtMost && _ready.TryPeek(out var entry))
            {
                // One entry always goes, so that nothing can block the lane.
                if (taken.Count > 0 && bytes + entry.Bytes > bytesAtMost)
                    break;

                taken.Add(_ready.Dequeue());
                bytes += entry.Bytes;
                _readyBytes -= entry.Bytes;
                AdmitLatecomers();
            }
        }
    }

    private async ValueTask WaitInLineAsync(LaneEntry entry, CancellationToken cancellationToken)
    {
        var latecomer = new Latecomer(entry);
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Latecomer)state!).TrySetCanceled(token), latecomer);

        lock (_gate)
        {
            _latecomers.Enqueue(latecomer);
            AdmitLatecomers();
        }

        await latecomer.Task;
    }

    private void AdmitLatecomers()
    {
        while (_latecomers.TryPeek(out var latecomer) && (latecomer.Task.IsCompleted || HasRoomFor(latecomer.Entry)))
        {
            _latecomers.Dequeue();
            if (latecomer.TrySetResult())
                Admit(latecomer.Entry);
        }
    }

    private void Admit(LaneEntry entry)
    {
        _ready.Enqueue(entry);
        _readyBytes += entry.Bytes;
        _admitted++;
        _arrival?.TrySetResult();
        _arrival = null;
    }

    private bool HasRoomFor(LaneEntry entry) =>
        _ready.Count == 0 || (_ready.Count < maxEntries && _readyBytes + entry.Bytes <= maxBytes);

    private sealed class Latecomer(LaneEntry entry) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public LaneEntry Entry { get; } = entry;
    }
}
