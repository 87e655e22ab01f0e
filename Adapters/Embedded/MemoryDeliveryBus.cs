using System.Collections.Concurrent;
using System.Threading.Channels;
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
/// waits for a place for a bounded time, which is the back-pressure, and then gives up, which is the loss.
/// </remarks>
/// <param name="loggers">For the bus and for what its handlers throw.</param>
/// <param name="queueLength">Batches that may wait in one queue.</param>
/// <param name="sendTimeout">How long a sender waits for a place in a full queue; a second unless it is given.</param>
internal sealed class MemoryDeliveryBus(
    ILoggerFactory loggers, int queueLength = MemoryDeliveryBus.DefaultQueueLength, TimeSpan? sendTimeout = null)
    : IDeliverySender, IDeliveryReceiver
{
    /// <summary>At most 32 MiB of bus messages of the usual size.</summary>
    public const int DefaultQueueLength = 512;

    private static readonly TimeSpan s_sendTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<GatewayAddress, Queue> _gateways = new();
    private readonly ConcurrentDictionary<Queue, GatewayAddress?> _listeners = new();

    public async ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken) =>
        _gateways.TryGetValue(gateway, out var queue) && await queue.SendAsync(batch.ToByteArray(), cancellationToken);

    public async ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken)
    {
        var bytes = batch.ToByteArray();
        // Side by side: a full queue must not keep the news from the others.
        await Task.WhenAll(_listeners.Keys.Select(queue => queue.SendAsync(bytes, cancellationToken)));
    }

    public async Task<IAsyncDisposable> SubscribeAsync(
        GatewayAddress? self, Func<DeliveryBatch, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
    {
        var queue = new Queue(queueLength, sendTimeout ?? s_sendTimeout, handler, Close, loggers);
        if (self is { } gateway && !_gateways.TryAdd(gateway, queue))
            throw new InvalidOperationException($"Gateway {gateway} has its queue already.");

        // Visible from here on; what is sent before the bus has started waits for it.
        _listeners[queue] = self;
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
        if (_listeners.TryRemove(queue, out var self) && self is { } gateway)
            _gateways.TryRemove(gateway, out _);
    }

    /// <summary>A bus of its own per queue: closing it leaves nothing behind, and the broadcast is a loop over the queues.</summary>
    private sealed class Queue : IAsyncDisposable
    {
        private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);
        private static readonly Uri s_address = new("queue:deliveries");

        private readonly TimeSpan _sendTimeout;
        private readonly SemaphoreSlim _places;
        private readonly SemaphoreSlim _turn = new(1, 1);
        private readonly CancellationTokenSource _closing = new();
        private readonly TaskCompletionSource<ISendEndpoint> _endpoint = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Action<Queue> _close;
        private readonly IBusControl _bus;

        public Queue(
            int length,
            TimeSpan sendTimeout,
            Func<DeliveryBatch, CancellationToken, ValueTask> handler,
            Action<Queue> close,
            ILoggerFactory loggers)
        {
            _sendTimeout = sendTimeout;
            _places = new SemaphoreSlim(length, length);
            _close = close;
            LogContext.ConfigureCurrentLogContext(loggers);
            _bus = MassTransit.Bus.Factory.CreateUsingInMemory(configure =>
            {
                configure.CarryDeliveries();
                configure.ReceiveEndpoint(
                    s_address.AbsolutePath,
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
                    _places.Release();
                }
            }
        }

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await _bus.StartAsync(cancellationToken);
            _endpoint.SetResult(await _bus.GetSendEndpoint(s_address));
        }

        /// <returns>False when the queue was closed meanwhile.</returns>
        public async Task<bool> SendAsync(byte[] bytes, CancellationToken cancellationToken)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
            deadline.CancelAfter(_sendTimeout);
            try
            {
                await SendInTurnAsync(bytes, deadline.Token);
                BusMetrics.Confirmed();
                return true;
            }
            catch (Exception exception) when (_closing.IsCancellationRequested
                && exception is OperationCanceledException or ChannelClosedException)
            {
                // The closing may also come between the place taken and the batch put there.
                BusMetrics.Returned();
                return false;
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                BusMetrics.Unconfirmed();
                throw new DependencyUnavailableException(
                    $"The queue of deliveries stayed full for {_sendTimeout.TotalSeconds} s.", exception);
            }
        }

        // Senders that wait for a place would overtake each other on waking up, so only one of them waits at a time.
        private async Task SendInTurnAsync(byte[] bytes, CancellationToken cancellationToken)
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                var queue = await _endpoint.Task.WaitAsync(cancellationToken);
                await _places.WaitAsync(cancellationToken);
                // In memory this does not wait, and fails only when the queue is closed; else the place taken is a batch in it.
                await queue.Send(new DeliveryEnvelope(bytes), CancellationToken.None);
            }
            finally
            {
                _turn.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            _close(this);
            await _closing.CancelAsync();
            await _bus.StopAsync(s_stopTimeout);
        }
    }
}
