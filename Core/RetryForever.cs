using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Core;

/// <summary>
/// Does a thing until it is done: for ever, with growing and jittered delay, loudly. Only for what must not be given up and is
/// safe to repeat; an unknown exception is a bug and passes through.
/// </summary>
/// <param name="log">Hears about every failure.</param>
/// <param name="time">Clock of the delays.</param>
/// <param name="random">Where the jitter comes from; null for the process's own.</param>
public sealed class RetryForever(ILogger<RetryForever> log, TimeProvider time, Random? random = null)
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(5);

    private readonly Random _random = random ?? Random.Shared;

    /// <summary>Repeats <paramref name="work"/> while its dependency is unavailable.</summary>
    /// <param name="what">Name of the work for the log.</param>
    /// <param name="work">Safe to repeat.</param>
    /// <param name="cancellationToken">Ends the repeating with <see cref="OperationCanceledException"/>.</param>
    public async ValueTask RunAsync(
        string what, Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        // The first repeat follows at once: most failures are a connection that has just gone.
        var delay = TimeSpan.Zero;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await work(cancellationToken);
                return;
            }
            catch (DependencyUnavailableException exception)
            {
                log.Repeating(what, attempt, delay, exception);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (delay > TimeSpan.Zero)
                await Task.Delay(delay, time, cancellationToken);
            delay = DelayAfter(attempt);
        }
    }

    /// <summary>As <see cref="RunAsync(string, Func{CancellationToken, ValueTask}, CancellationToken)"/>, with a result.</summary>
    public async ValueTask<TResult> RunAsync<TResult>(
        string what, Func<CancellationToken, ValueTask<TResult>> work, CancellationToken cancellationToken)
    {
        TResult result = default!;
        await RunAsync(what, async token => { result = await work(token); }, cancellationToken);
        return result;
    }

    /// <summary>Doubles with every attempt; between half and one and a half of that, so that those who failed together part.</summary>
    private TimeSpan DelayAfter(int attempt)
    {
        var doubled = s_firstDelay * Math.Pow(2, Math.Min(attempt - 1, 10));
        var jittered = doubled * (0.5 + _random.NextDouble());
        return jittered < s_longestDelay ? jittered : s_longestDelay;
    }
}
