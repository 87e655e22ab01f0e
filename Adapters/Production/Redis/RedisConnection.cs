using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BrokerIm.Adapters.Production.Redis;

/// <summary>One connection per process, made when it is first needed, and the deadline of everything asked over it.</summary>
internal sealed class RedisConnection(IOptions<RedisOptions> options, TimeProvider time, ILogger<RedisConnection> log)
    : IAsyncDisposable
{
    private const int ReconnectPauseMs = 500;

    // The library connects again by itself, but was seen not to for a minute after a reset, with the service in good health. Longer than
    // the time in which it usually does, shorter than a presence lease.
    private static readonly TimeSpan s_startAnewAfter = TimeSpan.FromSeconds(15);

    private readonly Breaker _breaker = new(options.Value.Timeout, time);
    private readonly Lock _gate = new();
    private Task<ConnectionMultiplexer>? _connecting;
    private Task _retiring = Task.CompletedTask;
    private long? _failingSince;

    /// <summary>Sends commands and waits for their answers.</summary>
    /// <param name="ask">Starts all its commands before it awaits any, so that they travel together.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="DependencyUnavailableException">No answer in time; a part may have happened.</exception>
    public async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> ask, CancellationToken cancellationToken)
    {
        if (!_breaker.TryPass())
            throw Unavailable(null);

        try
        {
            var redis = await ConnectAsync().WaitAsync(options.Value.Timeout, cancellationToken);
            var asking = ask(redis.GetDatabase());
            Observe(asking);
            var answer = await asking.WaitAsync(options.Value.Timeout, cancellationToken);
            if (_breaker.Succeeded())
                NoteSuccess();
            return answer;
        }
        catch (Exception exception) when (exception is TimeoutException or RedisConnectionException or ObjectDisposedException)
        {
            // In this order: whatever is noted here, the success that closes the breaker again takes back.
            NoteFailure();
            _breaker.Failed();
            throw Unavailable(exception);
        }
        catch (RedisException exception)
        {
            throw new DependencyUnavailableException("Redis refused.", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _retiring;
        if (_connecting is { } connecting)
            await (await connecting).CloseAsync(allowCommandsToComplete: false);
    }

    private void NoteSuccess()
    {
        lock (_gate)
            _failingSince = null;
    }

    private void NoteFailure()
    {
        lock (_gate)
        {
            _failingSince ??= time.GetTimestamp();
            if (_connecting is not { IsCompletedSuccessfully: true } || time.GetElapsedTime(_failingSince.Value) < s_startAnewAfter)
                return;

            log.RedisConnectionReplaced();
            _retiring = Task.WhenAll(_retiring, _connecting.Result.CloseAsync(allowCommandsToComplete: false));
            (_connecting, _failingSince) = (null, null);
        }
    }

    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        lock (_gate)
            return _connecting is { IsFaulted: false } ? _connecting : _connecting = OpenAsync();
    }

    private async Task<ConnectionMultiplexer> OpenAsync()
    {
        var settings = ConfigurationOptions.Parse(options.Value.Configuration);
        // Comes back after the first attempt, whatever came of it, and goes on trying by itself.
        settings.AbortOnConnectFail = false;
        settings.ClientName ??= "brokerim";
        // Seconds between looks at an idle connection; the client's default is a minute.
        settings.KeepAlive = settings.KeepAlive > 0 ? settings.KeepAlive : 5;
        settings.ReconnectRetryPolicy = new LinearRetry(ReconnectPauseMs);
        var redis = await ConnectionMultiplexer.ConnectAsync(settings);
        redis.ConnectionFailed += (_, failure) => log.RedisLost(failure.EndPoint, failure.FailureType);
        redis.ConnectionRestored += (_, connection) => log.RedisBack(connection.EndPoint);
        return redis;
    }

    private DependencyUnavailableException Unavailable(Exception? cause) =>
        new($"Redis did not answer within {options.Value.Timeout.TotalMilliseconds} ms.", cause!);

    // Nobody waits for an answer that comes after its deadline, but its exception must have been looked at.
    private static void Observe(Task answer) => answer.ContinueWith(
        static late => _ = late.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
