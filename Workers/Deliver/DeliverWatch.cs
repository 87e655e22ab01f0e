using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Deliver;

/// <summary>Beside the deliveries: listens for changes of presence, and sends watermarks where it is quiet.</summary>
internal sealed class DeliverWatch(
    ILogReader<OutboundRecord> reader,
    IDeliveryReceiver bus,
    IPresenceReader registry,
    PresenceCache presence,
    GatewayLinks links,
    RetryForever retry,
    TimeProvider time,
    IOptions<DeliverOptions> options,
    ILogger<DeliverWatch> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await using var subscription = await retry.RunAsync(
            "listening to the gateways",
            async token => await bus.SubscribeAsync(null, HearAsync, token),
            stoppingToken);

        using var timer = new PeriodicTimer(options.Value.WatermarkInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await SendWatermarksAsync(stoppingToken);
    }

    private ValueTask HearAsync(DeliveryBatch batch, CancellationToken cancellationToken)
    {
        foreach (var signal in batch.Signals)
        {
            if (signal.Kind == SignalKind.PresenceChanged)
                presence.Forget(new Core.Values.UserId(signal.User));
        }

        return ValueTask.CompletedTask;
    }

    private async Task SendWatermarksAsync(CancellationToken cancellationToken)
    {
        try
        {
            var gateways = await registry.GatewaysAsync(cancellationToken);
            using var turn = await links.TakeTurnAsync(cancellationToken);
            links.Keep(reader.Assignments);
            await links.SendWatermarksAsync(gateways, options.Value.WatermarkInterval, cancellationToken);
        }
        catch (DependencyUnavailableException exception)
        {
            log.NoWatermarks(exception);
        }
    }
}
