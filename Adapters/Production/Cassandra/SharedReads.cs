namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Lets callers who want the same thing at the same time share one read. A caller who gives up does not end it for the others.
/// </summary>
/// <param name="isFinal">
/// Whether a result cannot have become more since. Any other result of a read that was under way when a caller came may miss what
/// was written in between, and that caller must see it; so it is read once more, for all who came meanwhile.
/// </param>
internal sealed class SharedReads<TKey, TResult>(Func<TKey, TResult, bool> isFinal)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Sharing> _underWay = [];

    /// <summary>The result of a read that began after this call, or one that no later read could better.</summary>
    /// <param name="key">What is read.</param>
    /// <param name="read">Reads it, in bounded time.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<TResult> ReadAsync(TKey key, Func<TKey, ValueTask<TResult>> read, CancellationToken cancellationToken)
    {
        Sharing mine;
        var isFirst = false;
        lock (_gate)
        {
            if (_underWay.TryGetValue(key, out var current))
            {
                mine = current.Next ??= new();
            }
            else
            {
                _underWay[key] = mine = new();
                isFirst = true;
            }
        }

        if (isFirst)
            _ = RunAsync(key, read, mine);
        return await mine.Result.WaitAsync(cancellationToken);
    }

    // One read after the other, as long as somebody came while the last was under way. No caller's own: he may give up.
    private async Task RunAsync(TKey key, Func<TKey, ValueTask<TResult>> read, Sharing first)
    {
        for (var current = first; current is not null;)
        {
            var reading = BeginAsync(key, read);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var isForLater = !reading.IsCompletedSuccessfully || isFinal(key, reading.Result);
            var next = Pass(key, current, isLast: isForLater);
            current.Complete(reading);
            if (isForLater)
                next?.Complete(reading);
            current = isForLater ? null : next;
        }
    }

    // What throws before it waits must reach the callers as well.
    private static async Task<TResult> BeginAsync(TKey key, Func<TKey, ValueTask<TResult>> read) => await read(key);

    /// <summary>Ends a read; whoever comes from here on waits for the next one, if there is one.</summary>
    private Sharing? Pass(TKey key, Sharing current, bool isLast)
    {
        lock (_gate)
        {
            if (isLast || current.Next is null)
                _underWay.Remove(key);
            else
                _underWay[key] = current.Next;
            return current.Next;
        }
    }

    /// <summary>A read, and the one after it that somebody waits for.</summary>
    private sealed class Sharing
    {
        private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TResult> Result => _result.Task;

        public Sharing? Next { get; set; }

        public void Complete(Task<TResult> reading)
        {
            _result.SetFromTask(reading);

            // All who waited may have given up by now, and then nobody looks at a failure.
            _ = _result.Task.Exception;
        }
    }
}
