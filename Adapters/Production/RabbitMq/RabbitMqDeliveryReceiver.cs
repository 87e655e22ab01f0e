using BrokerIm.Adapters.Bus;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace BrokerIm.Adapters.Production.RabbitMq;

/// <summary>
/// A queue per gateway incarnation. It belongs to the connection: when that ends, so does the queue, and a gateway that connects
/// again starts with an empty one. What was lost in between shows as a break in the chain of positions.
/// </summary>
internal sealed class RabbitMqDeliveryReceiver(
    RabbitMqBus buses, IOptions<RabbitMqOptions> options, ILogger<RabbitMqDeliveryReceiver> log) : IDeliveryReceiver
{
    public async Task<IAsyncDisposable> SubscribeAsync(
        GatewayAddress? self, Func<DeliveryBatch, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
    {
        var queue = self is { } gateway ? $"gateway.{gateway}" : $"watcher.{Guid.NewGuid():n}";
        var bus = buses.Create(queue, configure => configure.ReceiveEndpoint(queue, endpoint =>
        {
            Bound(endpoint);
            endpoint.Bind(buses.Gateways, exchange => Lasting(exchange, ExchangeType.Fanout));
            if (self is { } address)
            {
                endpoint.Bind(buses.Deliveries, exchange =>
                {
                    Lasting(exchange, ExchangeType.Direct);
                    exchange.RoutingKey = address.ToString();
                });
            }

            endpoint.ReceiveDeliveries(handler, log);
        }));

        await StartAsync(bus, queue, cancellationToken);
        log.QueueOpened(queue);
        return new Subscription(bus, queue, log);
    }

    private void Bound(IRabbitMqReceiveEndpointConfigurator endpoint)
    {
        endpoint.Durable = false;
        endpoint.Exclusive = true;
        endpoint.AutoDelete = true;
        endpoint.PrefetchCount = options.Value.Prefetch;
        endpoint.SetQueueArgument("x-message-ttl", (int)options.Value.QueueTimeToLive.TotalMilliseconds);
        endpoint.SetQueueArgument("x-max-length", options.Value.QueueLength);
        endpoint.SetQueueArgument("x-overflow", "drop-head");
    }

    // Exchanges outlive everybody: a sender must find them even when no gateway runs.
    private static void Lasting(IRabbitMqExchangeToExchangeBindingConfigurator exchange, string type)
    {
        exchange.ExchangeType = type;
        exchange.Durable = true;
        exchange.AutoDelete = false;
    }

    private async Task StartAsync(IBusControl bus, string queue, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Value.OpenTimeout);
        try
        {
            await bus.StartAsync(deadline.Token);
        }
        catch (Exception exception)
        {
            await bus.StopAsync(RabbitMqBus.StopTimeout);
            cancellationToken.ThrowIfCancellationRequested();
            throw new DependencyUnavailableException(
                $"RabbitMQ did not open the queue {queue} within {options.Value.OpenTimeout.TotalSeconds} s.", exception);
        }
    }

    private sealed class Subscription(IBusControl bus, string queue, ILogger log) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await bus.StopAsync(RabbitMqBus.StopTimeout);
            log.QueueClosed(queue);
        }
    }
}
