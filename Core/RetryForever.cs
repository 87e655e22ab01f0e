using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace BrokerIm.Core;

/// <summary>
/// Does a thing until it is done: for ever, with growing and jittered delay, loudly. Only for what must not be given up and is
/// safe to repeat; an unknown exception is a bug and passes through.
/// </summary>
public sealed class RetryForever(ILogger<RetryForever> log, TimeProvider time)
{
    private static readonly ResiliencePropertyKey<string> s_what = new("what");

    private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<DependencyUnavailableException>(),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(50),
            MaxDelay = TimeSpan.FromSeconds(5),
            OnRetry = retry =>
            {
                log.Repeating(
                    retry.Context.Properties.GetValue(s_what, "work"),
                    retry.AttemptNumber + 1,
                    retry.RetryDelay,
                    retry.Outcome.Exception!);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>Repeats <paramref name="work"/> while its dependency is unavailable.</summary>
    /// <param name="what">Name of the work for the log.</param>
    /// <param name="work">Safe to repeat.</param>
    /// <param name="cancellationToken">Ends the repeating with <see cref="OperationCanceledException"/>.</param>
    public ValueTask RunAsync(
        string what, Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken) =>
        RepeatAsync(what, work, cancellationToken);

    /// <summary>As <see cref="RunAsync(string, Func{CancellationToken, ValueTask}, CancellationToken)"/>, with a result.</summary>
    public async ValueTask<TResult> RunAsync<TResult>(
        string what, Func<CancellationToken, ValueTask<TResult>> work, CancellationToken cancellationToken)
    {
        TResult result = default!;
        await RepeatAsync(what, async token => result = await work(token), cancellationToken);
        return result;
    }

    private async ValueTask RepeatAsync(
        string what, Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        // The first try is nearly always the last; it pays for no retry context.
        try
        {
            await work(cancellationToken);
            return;
        }
        catch (DependencyUnavailableException exception)
        {
            log.Repeating(what, 1, TimeSpan.Zero, exception);
        }

        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(s_what, what);
        try
        {
            await _pipeline.ExecuteAsync(
                static (resilience, state) => state(resilience.CancellationToken), context, work);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
