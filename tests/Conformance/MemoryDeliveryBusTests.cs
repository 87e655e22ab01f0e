using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace BrokerIm.Tests.Conformance;

public sealed class MemoryDeliveryBusTests : DeliveryBusConformance
{
    // Patient enough for a machine that lets a handler wait for its turn.
    private readonly MemoryDeliveryBus _bus = new(NullLoggerFactory.Instance, queueLength: 8, TimeSpan.FromSeconds(10));

    protected override IDeliverySender Sender => _bus;

    protected override IDeliveryReceiver Receiver => _bus;

    protected override IDeliveryReceiver NarrowReceiver => _bus;

    protected override int ManyBatches => 100_000;

    protected override int Bound => 8;

    [Fact]
    public async Task One_gateway_has_one_queue()
    {
        var gateway = NewGateway();
        await using var queue = await _bus.SubscribeAsync(gateway, (_, _) => ValueTask.CompletedTask, Deadline.Token);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _bus.SubscribeAsync(gateway, (_, _) => ValueTask.CompletedTask, Deadline.Token));
    }

    [Fact]
    public async Task A_sender_waiting_for_a_place_learns_that_the_queue_was_closed()
    {
        var (gateway, release) = (NewGateway(), new TaskCompletionSource());
        var queue = await _bus.SubscribeAsync(gateway, async (_, _) => await release.Task, Deadline.Token);
        for (var position = 1UL; position <= 8; position++)
            Assert.True(await _bus.SendAsync(gateway, Batch(position), Deadline.Token));

        var waiting = _bus.SendAsync(gateway, Batch(9), Deadline.Token);
        release.SetResult();
        var closing = queue.DisposeAsync();

        // Either a place came free first or the closing did; what must not happen is waiting for ever or an exception.
        await waiting.AsTask().WaitAsync(Deadline.Token);
        await closing;
        Assert.False(await _bus.SendAsync(gateway, Batch(10), Deadline.Token));
    }
}
