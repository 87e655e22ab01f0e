using System.Collections.Concurrent;
using BrokerIm.Adapters.Bus;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Embedded;

/// <summary>The delivery bus inside one process: a queue per gateway and per watcher, on MassTransit's in-memory transport.</summary>
/// <remarks>
/// The transport's own queues have no bound, so each sender takes a place first and the handler's return gives it back. A sender
/// waits for a place up to <see cref="SendTimeout"/>, which is the back-pressure, and then gives up, which is the loss.
/// </remarks>
/// <param name="loggers">For the bus and for what its handlers throw.</param>
/// <param name="queueLength">Batches that may wait in one queue.</param>
internal sealed class MemoryDeliveryBus(ILoggerFactory loggers, int queueLength = MemoryDeliveryBus.DefaultQueueLength)
    : IDeliverySender, IDeliveryReceiver
{
    /// <summary>At most 32 MiB of bus messages of the usual size.</summary>
    public const int DefaultQueueLength = 512;

    /// <summary>How long a sender waits for a place in a full queue.</summary>
    public static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<GatewayAddress, Queue> gateways = new();
    private readonly ConcurrentDictionary<Queue, GatewayAddress?> listeners = new();

    public async ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken) =>
        gateways.TryGetValue(gateway, out var queue) && await queue.SendAsync(batch.ToByteArray(), cancellationToken);

    public async ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken)
    {
        var bytes = batch.ToByteArray();
        // Side by side: a full queue must not keep the news from the others.
        await Task.WhenAll(listeners.Keys.Select(queue => queue.SendAsync(bytes, cancellationToken)));
    }

    public async Task<IAsyncDisposable> SubscribeAsync(
        GatewayAddress? self, Func<DeliveryBatch, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
    {
        var queue = new Queue(queueLength, handler, Close, loggers);
        if (self is { } gateway && !gateways.TryAdd(gateway, queue))
            throw new InvalidOperationException($"Gateway {gateway} has its queue already.");

        // Visible from here on; what is sent before the bus has started waits for it.
        listeners[queue] = self;
        try
        {
            await queue.StartAsync(cancellationToken);
            return queue;
        }
        catch
        {
            await queue.DisposeAsync();
            throw;
        }
    }

    private void Close(Queue queue)
    {
        if (listeners.TryRemove(queue, out var self) && self is { } gateway)
            gateways.TryRemove(gateway, out _);
    }

    /// <summary>A bus of its own per queue: closing it leaves nothing behind, and the broadcast is a loop over the queues.</summary>
    private sealed class Queue : IAsyncDisposable
    {
        private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
        private static readonly Uri Address = new("queue:deliveries");

        private readonly SemaphoreSlim places;
        private readonly SemaphoreSlim turn = new(1, 1);
        private readonly CancellationTokenSource closing = new();
        private readonly TaskCompletionSource<ISendEndpoint> endpoint = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Action<Queue> close;
        private readonly IBusControl bus;

        public Queue(
            int length,
            Func<DeliveryBatch, CancellationToken, ValueTask> handler,
            Action<Queue> close,
            ILoggerFactory loggers)
        {
            places = new SemaphoreSlim(length, length);
            this.close = close;
            LogContext.ConfigureCurrentLogContext(loggers);
            bus = MassTransit.Bus.Factory.CreateUsingInMemory(configure =>
            {
                configure.CarryDeliveries();
                configure.ReceiveEndpoint(
                    Address.AbsolutePath,
                    receive => receive.ReceiveDeliveries(HandleAsync, loggers.CreateLogger<MemoryDeliveryBus>()));
            });

            async ValueTask HandleAsync(DeliveryBatch batch, CancellationToken cancellationToken)
            {
                try
                {
                    await handler(batch, cancellationToken);
                }
                finally
                {
                    places.Release();
                }
            }
        }

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await bus.StartAsync(cancellationToken);
            endpoint.SetResult(await bus.GetSendEndpoint(Address));
        }

        /// <returns>False when the queue was closed meanwhile.</returns>
        public async Task<bool> SendAsync(byte[] bytes, CancellationToken cancellationToken)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closing.Token);
            deadline.CancelAfter(SendTimeout);
            try
            {
                await SendInTurnAsync(bytes, deadline.Token);
                BusMetrics.Confirmed();
                return true;
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                BusMetrics.Returned();
                return false;
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                BusMetrics.Unconfirmed();
                throw new DependencyUnavailableException(
                    $"The queue of deliveries stayed full for {SendTimeout.TotalSeconds} s.", exception);
            }
        }

        // Senders that wait for a place would overtake each other on waking up, so only one of them waits at a time.
        private async Task SendInTurnAsync(byte[] bytes, CancellationToken cancellationToken)
        {
            await turn.WaitAsync(cancellationToken);
            try
            {
                var queue = await endpoint.Task.WaitAsync(cancellationToken);
                await places.WaitAsync(cancellationToken);
                // In memory this neither waits nor fails, so the place taken is a batch in the queue.
                await queue.Send(new DeliveryEnvelope(bytes), CancellationToken.None);
            }
            finally
            {
                turn.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            close(this);
            await closing.CancelAsync();
            await bus.StopAsync(StopTimeout);
        }
    }
}
