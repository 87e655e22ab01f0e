using System.Threading.Channels;

namespace BrokerIm.Gateway.Delivery;

/// <summary>
/// Does things some time later, a bounded number at once. One queue serves everybody, so a hundred thousand connections need no
/// timer of their own; things are started in the order in which they were added.
/// </summary>
/// <typeparam name="T">What is to be done.</typeparam>
internal sealed class DelayedWork<T>(int concurrency, TimeProvider time, Func<T, CancellationToken, ValueTask> work)
{
    private readonly Channel<(T Item, long AddedAt, TimeSpan Delay)> _queue =
        Channel.CreateUnbounded<(T, long, TimeSpan)>();

    /// <summary>Things that have not been started.</summary>
    public int Count => _queue.Reader.Count;

    /// <summary>Adds a thing to be done after a delay, and after what was added before it.</summary>
    public void Add(T item, TimeSpan delay) => _queue.Writer.TryWrite((item, time.GetTimestamp(), delay));

    /// <summary>Works until cancelled. An exception of the work is a bug and ends everything.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var workers = Enumerable.Range(0, concurrency).Select(_ => WorkAsync(failed.Token)).ToList();
        await Task.WhenAny(workers);
        await failed.CancelAsync();
        await Task.WhenAll(workers);
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            while (_queue.Reader.TryRead(out var next))
            {
                stoppingToken.ThrowIfCancellationRequested();
                var left = next.Delay - time.GetElapsedTime(next.AddedAt);
                if (left > TimeSpan.Zero)
                    await Task.Delay(left, time, stoppingToken);
                await work(next.Item, stoppingToken);
            }
        }
    }
}
