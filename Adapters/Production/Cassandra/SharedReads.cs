using System.Collections.Concurrent;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Lets callers who want the same thing at the same time share one read. A caller who gives up does not end it for the others.
/// </summary>
/// <param name="isFinal">
/// Whether a result cannot have become more since. Any other result of a read that was under way when a caller came may miss what
/// was written in between, and that caller must see it; so it is read once more for him.
/// </param>
internal sealed class SharedReads<TKey, TResult>(Func<TKey, TResult, bool> isFinal)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Task<TResult>> _underWay = new();

    /// <summary>The result of a read that began after this call, or one that no later read could better.</summary>
    /// <param name="key">What is read.</param>
    /// <param name="read">Reads it, in bounded time.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<TResult> ReadAsync(TKey key, Func<TKey, ValueTask<TResult>> read, CancellationToken cancellationToken)
    {
        if (TryBegin(key, read, out var current))
            return await current.WaitAsync(cancellationToken);

        var result = await current.WaitAsync(cancellationToken);
        if (isFinal(key, result))
            return result;

        // Whatever is under way now was begun after that one had ended.
        TryBegin(key, read, out current);
        return await current.WaitAsync(cancellationToken);
    }

    /// <summary>Begins a read unless one is under way.</summary>
    private bool TryBegin(TKey key, Func<TKey, ValueTask<TResult>> read, out Task<TResult> current)
    {
        var own = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        current = _underWay.GetOrAdd(key, own.Task);
        if (current != own.Task)
            return false;

        _ = CompleteAsync(key, read, own);
        return true;
    }

    private async Task CompleteAsync(TKey key, Func<TKey, ValueTask<TResult>> read, TaskCompletionSource<TResult> completion)
    {
        try
        {
            var result = await read(key);
            _underWay.TryRemove(key, out _);
            completion.SetResult(result);
        }
        catch (Exception exception)
        {
            _underWay.TryRemove(key, out _);
            completion.SetException(exception);

            // All who waited may have given up by now, and then nobody looks at it.
            _ = completion.Task.Exception;
        }
    }
}
