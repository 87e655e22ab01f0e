using System.Collections.Concurrent;

namespace BrokerIm.Cql.Cluster;

/// <summary>Does for each key only once what many ask for at the same time. What fails is forgotten, so that it can be tried again.</summary>
internal sealed class SharedWork<TKey, TResult>(bool keepsResults)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TResult>>> _tasks = new();

    /// <summary>The task that all who ask share; it must not depend on any one of them.</summary>
    public Task<TResult> DoAsync<TState>(TKey key, TState state, Func<TKey, TState, Task<TResult>> work)
    {
        if (_tasks.TryGetValue(key, out var running))
            return running.Value;
        var mine = new Lazy<Task<TResult>>(() => RunAsync(key, state, work));
        return _tasks.GetOrAdd(key, mine).Value;
    }

    private async Task<TResult> RunAsync<TState>(TKey key, TState state, Func<TKey, TState, Task<TResult>> work)
    {
        // Not before it can be found in the dictionary by whoever has to remove it.
        await Task.Yield();
        var keep = false;
        try
        {
            var result = await work(key, state);
            keep = keepsResults;
            return result;
        }
        finally
        {
            if (!keep)
                _tasks.TryRemove(key, out _);
        }
    }
}
