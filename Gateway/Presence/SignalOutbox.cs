using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Presence;

/// <summary>
/// Sends signals to every gateway and Deliver worker, in order, as many at a time as have gathered. Nobody waits for it, so a
/// login does not depend on the bus; while the bus is away signals are kept for half a minute and then given up.
/// </summary>
internal sealed class SignalOutbox(
    IDeliverySender sender, GatewayIdentity identity, GatewayMetrics metrics, TimeProvider time, ILogger<SignalOutbox> log)
    : BackgroundService
{
    private const int MaxWaiting = 65_536;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FlushMax = TimeSpan.FromSeconds(2);

    private readonly Channel<Signal> _waiting = Channel.CreateBounded<Signal>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenSource _stopped = new();

    /// <summary>Takes a signal; who sends it is filled in here.</summary>
    public void Send(Signal signal)
    {
        signal.FromGateway = identity.Address.Id;
        signal.FromIncarnation = identity.Address.Incarnation;
        if (!_waiting.Writer.TryWrite(signal))
            metrics.SignalsLost(1);
    }

    /// <summary>Sends what waits, within a short time, and ends.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        _stopped.CancelAfter(FlushMax);
        if (ExecuteTask is { } sending)
            await sending.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _stopped.Dispose();
        base.Dispose();
    }

    // The token of the host is not for us: it is cancelled before the last connections have said goodbye.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(_stopped.Token))
            {
                await SendAsync(SignalBatch.Take(_waiting.Reader));
            }
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            log.SignalsLost(_waiting.Reader.Count);
        }
    }

    private async Task SendAsync(DeliveryBatch batch)
    {
        for (var start = time.GetTimestamp(); ;)
        {
            using var deadline = new CancellationTokenSource(Deadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopped.Token);
            try
            {
                await sender.BroadcastAsync(batch, either.Token);
                return;
            }
            catch (Exception exception) when (exception is DependencyUnavailableException || deadline.IsCancellationRequested)
            {
                if (time.GetElapsedTime(start) >= RetryFor)
                {
                    metrics.SignalsLost(batch.Signals.Count);
                    log.SignalsLost(batch.Signals.Count);
                    return;
                }

                log.SignalsNotSent(exception, batch.Signals.Count);
            }

            await Task.Delay(RetryPause, time, _stopped.Token);
        }
    }
}
