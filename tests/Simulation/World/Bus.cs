using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>The delivery bus: a queue per listener, in order, each message given to its listener when it is done with the last.</summary>
internal sealed class Bus(Scheduler scheduler, Weather weather)
{
    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(3);

    private readonly Scheduler _scheduler = scheduler;
    private readonly Weather _weather = weather;
    private readonly Dictionary<GatewayAddress, Queue> _gateways = [];
    private readonly List<Queue> _all = [];

    /// <summary>Opens a queue.</summary>
    public Queue Open(GatewayAddress? self, Node node, Func<DeliveryBatch, CancellationToken, ValueTask> handler)
    {
        var queue = new Queue(this, node, handler);
        _all.Add(queue);
        if (self is { } address)
            _gateways[address] = queue;
        return queue;
    }

    /// <summary>Puts a message into a gateway's queue; false when the gateway is gone.</summary>
    public bool Send(GatewayAddress gateway, DeliveryBatch batch)
    {
        if (!_gateways.TryGetValue(gateway, out var queue) || queue.Node.IsDead)
            return false;

        queue.Take(batch);
        return true;
    }

    /// <summary>Puts a message into every queue.</summary>
    public void Broadcast(DeliveryBatch batch)
    {
        _all.RemoveAll(static queue => queue.Node.IsDead);
        foreach (var queue in _all)
            queue.Take(batch);
    }

    /// <summary>One listener's queue.</summary>
    internal sealed class Queue(Bus bus, Node node, Func<DeliveryBatch, CancellationToken, ValueTask> handler) : IAsyncDisposable
    {
        private readonly Queue<DeliveryBatch> _waiting = [];
        private TimeSpan _lastAt;
        private bool _busy;

        public Node Node => node;

        /// <summary>A message on its way; it may be lost or come twice, and takes its time, but none overtakes another.</summary>
        public void Take(DeliveryBatch batch)
        {
            var (scheduler, weather) = (bus._scheduler, bus._weather);
            var copies = scheduler.Happens(weather.BusLoss) ? 0 : scheduler.Happens(weather.BusDuplicate) ? 2 : 1;
            if (copies == 0)
                scheduler.Trace.Add(scheduler.Now, "bus", $"loses a message to {node.Name}");
            for (; copies > 0; copies--)
            {
                var at = scheduler.Now + scheduler.Within(scheduler.Happens(weather.Slow) ? weather.Slowest : s_quick);
                _lastAt = at > _lastAt ? at : _lastAt;
                scheduler.After(_lastAt - scheduler.Now, node, "", () =>
                {
                    _waiting.Enqueue(batch);
                    if (!_busy)
                        node.Start("handling a bus message", WorkAsync);
                });
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async Task WorkAsync()
        {
            _busy = true;
            while (_waiting.TryDequeue(out var batch))
                await handler(batch, CancellationToken.None);
            _busy = false;
        }
    }
}

/// <summary>One process's hands on the bus.</summary>
internal sealed class BusHand(Wire wire, Bus bus) : IDeliverySender, IDeliveryReceiver
{
    public async ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken) =>
        await wire.AskAsync("bus.send", () => bus.Send(gateway, batch)).WaitAsync(cancellationToken);

    public async ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken) =>
        await wire.AskAsync("bus.broadcast", () =>
        {
            bus.Broadcast(batch);
            return true;
        }).WaitAsync(cancellationToken);

    public Task<IAsyncDisposable> SubscribeAsync(
        GatewayAddress? self, Func<DeliveryBatch, CancellationToken, ValueTask> handler, CancellationToken cancellationToken) =>
        Task.FromResult<IAsyncDisposable>(bus.Open(self, wire.Node, handler));
}
