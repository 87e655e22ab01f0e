using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Cluster;

/// <summary>
/// A connection that is kept under watch: when it has been silent for the heartbeat interval it is asked for a sign of life, and
/// closed when none comes in as long again. That finds peers that are gone without a word.
/// </summary>
internal sealed class LiveConnection : IAsyncDisposable
{
    private readonly CqlOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watch;
    private readonly Lazy<Task> _closing;
    private volatile bool _isLost;
    private Exception? _silence;

    public LiveConnection(CqlConnection wire, CqlOptions options)
    {
        (Wire, _options, Opened) = (wire, options, options.Time.GetTimestamp());
        _watch = WatchAsync(_stopping.Token);
        _closing = new(CloseAsync);
    }

    public CqlConnection Wire { get; }

    /// <summary>When it was opened, on the options' clock's timestamp scale.</summary>
    public long Opened { get; }

    public bool IsAlive => !_isLost && !Wire.Ended.IsCompleted;

    public bool IsFull => Wire.InFlight >= _options.MaxInFlightPerConnection;

    /// <summary>Why it has ended; null while it lives and after it was closed on purpose.</summary>
    public Exception? EndReason => _silence ?? (Wire.Ended.IsCompleted ? Wire.Ended.Result : null);

    /// <summary>A request was told that the connection ends; that it has ended is known a moment later.</summary>
    public void NoteLoss() => _isLost = true;

    /// <summary>Closes it; that may be done more than once.</summary>
    public ValueTask DisposeAsync() => new(_closing.Value);

    private async Task CloseAsync()
    {
        await _stopping.CancelAsync();
        await Wire.DisposeAsync();
        await _watch;
        _stopping.Dispose();
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var time = _options.Time;
        var end = Wire.Ended.ContinueWith(
            static (_, source) => ((CancellationTokenSource)source!).Cancel(), ended,
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            while (true)
            {
                var rest = _options.HeartbeatInterval - time.GetElapsedTime(Wire.LastHeard);
                if (rest > TimeSpan.Zero)
                    await Task.Delay(rest, time, ended.Token);
                else
                    await AskForLifeAsync(ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // It has ended by itself or is being closed.
        }
        catch (CqlException silent)
        {
            _silence = silent;
        }

        await Wire.DisposeAsync();
        await end;
    }

    private async Task AskForLifeAsync(CancellationToken cancellationToken)
    {
        var interval = _options.HeartbeatInterval;
        try
        {
            await Wire.OptionsAsync(_options.Time.DeadlineAfter(interval), cancellationToken);
        }
        catch (CqlServerException)
        {
            // An error is a sign of life as well.
        }
        catch (CqlTimeoutException) when (_options.Time.GetElapsedTime(Wire.LastHeard) < interval)
        {
            // So are other answers.
        }
    }
}
