using System.Collections.Concurrent;
using BrokerIm.Adapters.Bus;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace BrokerIm.Adapters.Production.RabbitMq;

/// <summary>
/// Publishes to an exchange and never to a queue: <c>mandatory</c>, so that a batch for a gateway that is gone comes back;
/// transient, because the store has every message; confirmed, so that a broker in trouble is noticed.
/// </summary>
internal sealed class RabbitMqDeliverySender(
    RabbitMqBus buses, IOptions<RabbitMqOptions> options, TimeProvider time, ILogger<RabbitMqDeliverySender> log)
    : IDeliverySender, IAsyncDisposable
{
    private const string Everybody = "";

    private readonly Breaker _breaker = new(options.Value.ConfirmTimeout, time);
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _starting = new(1, 1);
    private Started? _started;

    public async ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken)
    {
        var key = gateway.ToString();
        var routed = await SendInTurnAsync(key, batch, cancellationToken);
        if (!routed)
            _turns.TryRemove(key, out _);
        return routed;
    }

    public async ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken) =>
        await SendInTurnAsync(Everybody, batch, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_started is { } started)
            await started.Bus.StopAsync(RabbitMqBus.StopTimeout);
    }

    /// <summary>
    /// One at a time per gateway, in the order of the calls: batches that wait side by side for a connection would overtake each
    /// other.
    /// </summary>
    private async Task<bool> SendInTurnAsync(string key, DeliveryBatch batch, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.Value.ConfirmTimeout);
        var turn = _turns.GetOrAdd(key, _ => new SemaphoreSlim(1, 1));
        try
        {
            await turn.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unconfirmed(exception);
        }

        try
        {
            return await SendAsync(key, batch, deadline.Token, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<bool> SendAsync(
        string key, DeliveryBatch batch, CancellationToken deadline, CancellationToken cancellationToken)
    {
        if (!_breaker.TryPass())
            throw Unconfirmed(null);

        try
        {
            var routed = await PublishAsync(key, new(batch.ToByteArray()), deadline);
            if (_breaker.Succeeded())
                log.BusRecovered();
            return routed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            if (_breaker.Failed())
                log.BusLost(options.Value.ConfirmTimeout, exception);
            throw Unconfirmed(exception);
        }
    }

    private async Task<bool> PublishAsync(string key, DeliveryEnvelope envelope, CancellationToken cancellationToken)
    {
        var bus = _started ?? await StartAsync(cancellationToken);
        try
        {
            if (key == Everybody)
                await bus.Gateways.Send(envelope, context => context.Durable = false, cancellationToken);
            else
                await bus.Deliveries.Send(envelope, context => Address(context, key), cancellationToken);
            BusMetrics.Confirmed();
            return true;
        }
        catch (MessageReturnedException)
        {
            BusMetrics.Returned();
            return false;
        }
    }

    private static void Address(SendContext context, string key)
    {
        context.Durable = false;
        context.SetRoutingKey(key);
        context.GetPayload<RabbitMqSendContext>().Mandatory = true;
    }

    // Starting connects nobody: without a queue of its own the bus connects when it first sends.
    private async Task<Started> StartAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_started is { } already)
                return already;

            var bus = buses.Create("sender", _ => { });
            await bus.StartAsync(cancellationToken);
            return _started = new(
                bus,
                await bus.GetSendEndpoint(new($"exchange:{buses.Deliveries}?type={ExchangeType.Direct}")),
                await bus.GetSendEndpoint(new($"exchange:{buses.Gateways}?type={ExchangeType.Fanout}")));
        }
        finally
        {
            _starting.Release();
        }
    }

    private DependencyUnavailableException Unconfirmed(Exception? cause)
    {
        BusMetrics.Unconfirmed();
        return new($"RabbitMQ did not confirm within {options.Value.ConfirmTimeout.TotalMilliseconds} ms.", cause!);
    }

    private sealed record Started(IBusControl Bus, ISendEndpoint Deliveries, ISendEndpoint Gateways);
}
