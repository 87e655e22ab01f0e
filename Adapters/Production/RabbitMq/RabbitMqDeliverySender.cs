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
/// <remarks>
/// After a failure nothing is sent until a trial in the background was confirmed: a broker that is silent costs its time-out once and
/// not once per batch. A bus that does not come back by itself is thrown away and opened anew, because a connection cut in the wrong
/// moment can leave the client library in a state in which it never sends again.
/// </remarks>
internal sealed class RabbitMqDeliverySender(
    RabbitMqBus buses, IOptions<RabbitMqOptions> options, TimeProvider time, ILogger<RabbitMqDeliverySender> log)
    : IDeliverySender, IAsyncDisposable
{
    private const string Everybody = "";

    /// <summary>A routing key that no gateway has.</summary>
    private const string Nobody = "trial";

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private Task _recovery = Task.CompletedTask;
    private Started? _started;
    private bool _isLost;

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
        await _closing.CancelAsync();
        await _recovery;
        if (_started is { } started)
            await started.Bus.StopAsync(RabbitMqBus.StopTimeout);
        _closing.Dispose();
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
        if (Volatile.Read(ref _isLost))
            throw Unconfirmed(null);

        try
        {
            return await PublishAsync(key, new(batch.ToByteArray()), deadline);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception)
        {
            if (!Interlocked.Exchange(ref _isLost, true))
            {
                log.BusLost(exception);
                _recovery = Task.Run(RecoverAsync, CancellationToken.None);
            }

            throw Unconfirmed(exception);
        }
    }

    /// <summary>Tries until something is confirmed; from the second time on, on a bus of its own.</summary>
    private async Task RecoverAsync()
    {
        var retired = new List<Task>();
        for (var attempt = 1; !_closing.IsCancellationRequested; attempt++)
        {
            try
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
                deadline.CancelAfter(attempt == 1 ? options.Value.ConfirmTimeout * 2 : options.Value.OpenTimeout);
                if (attempt > 1 && _started is { } old)
                {
                    _started = null;
                    retired.Add(StopAsync(old));
                }

                var bus = _started ?? await StartAsync(deadline.Token);
                await bus.Deliveries.Send(
                    new DeliveryEnvelope([]), context => Address(context, Nobody, mandatory: false), deadline.Token);
                log.BusRecovered(attempt);
                Volatile.Write(ref _isLost, false);
                break;
            }
            catch (Exception exception)
            {
                log.BusStillLost(attempt, exception);
            }

            await Task.Delay(options.Value.ConfirmTimeout, time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(retired);
    }

    private async Task StopAsync(Started retired)
    {
        try
        {
            await retired.Bus.StopAsync(RabbitMqBus.StopTimeout);
        }
        catch (Exception exception)
        {
            log.BusNotStopped(exception);
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
                await bus.Deliveries.Send(envelope, context => Address(context, key, mandatory: true), cancellationToken);
            BusMetrics.Confirmed();
            return true;
        }
        catch (MessageReturnedException)
        {
            BusMetrics.Returned();
            return false;
        }
    }

    private static void Address(SendContext context, string key, bool mandatory)
    {
        context.Durable = false;
        context.SetRoutingKey(key);
        context.GetPayload<RabbitMqSendContext>().Mandatory = mandatory;
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
