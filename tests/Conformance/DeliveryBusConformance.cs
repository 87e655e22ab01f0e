using System.Collections.Concurrent;
using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every delivery bus promises; one subclass per adapter.</summary>
public abstract class DeliveryBusConformance
{
    protected abstract IDeliverySender Sender { get; }

    protected abstract IDeliveryReceiver Receiver { get; }

    /// <summary>A receiver whose queues hold little.</summary>
    protected abstract IDeliveryReceiver NarrowReceiver { get; }

    /// <summary>Batches for the test of order: enough to keep the adapter busy for a second or more.</summary>
    protected abstract int ManyBatches { get; }

    /// <summary>Batches that may be on their way to one gateway of <see cref="NarrowReceiver"/> whose handler is stuck.</summary>
    protected abstract int Bound { get; }

    [Fact]
    public async Task A_batch_arrives_as_it_was_sent()
    {
        var (gateway, received) = (NewGateway(), Channel.CreateUnbounded<DeliveryBatch>());
        await using var queue = await SubscribeAsync(gateway, received);
        var batch = Batch(7);

        Assert.True(await Sender.SendAsync(gateway, batch, Deadline.Token));

        Assert.Equal(batch, await received.Reader.ReadAsync(Deadline.Token));
    }

    [Fact]
    public async Task Batches_of_one_sender_arrive_in_order_and_one_at_a_time()
    {
        var (gateway, last, running, overlaps, misplaced) = (NewGateway(), 0UL, 0, 0, 0);
        var done = new TaskCompletionSource();
        await using var queue = await Receiver.SubscribeAsync(gateway, HandleAsync, Deadline.Token);

        // Sixteen at once, not waiting for one before calling with the next: the order of the calls must still hold.
        var pending = new Queue<Task<bool>>();
        for (var position = 1; position <= ManyBatches; position++)
        {
            pending.Enqueue(Sender.SendAsync(gateway, Batch((ulong)position), Deadline.Token).AsTask());
            if (pending.Count == 16)
                Assert.True(await pending.Dequeue());
        }

        Assert.All(await Task.WhenAll(pending), Assert.True);
        await done.Task.WaitAsync(Deadline.Token);
        Assert.Equal((0, 0), (misplaced, overlaps));

        async ValueTask HandleAsync(DeliveryBatch batch, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref running) != 1)
                overlaps++;
            if (batch.Partitions[0].Position % 64 == 0)
                await Task.Yield();
            if (batch.Partitions[0].Position != last + 1)
                misplaced++;
            last = batch.Partitions[0].Position;
            Interlocked.Decrement(ref running);
            if (last == (ulong)ManyBatches)
                done.SetResult();
        }
    }

    [Fact]
    public async Task A_broadcast_reaches_every_gateway_and_every_watcher()
    {
        var received = Enumerable.Range(0, 3).Select(_ => Channel.CreateUnbounded<DeliveryBatch>()).ToList();
        var sender = NewGateway();
        await using var one = await SubscribeAsync(sender, received[0], fromOnly: sender.Id);
        await using var other = await SubscribeAsync(NewGateway(), received[1], fromOnly: sender.Id);
        await using var watcher = await SubscribeAsync(null, received[2], fromOnly: sender.Id);

        await Sender.BroadcastAsync(SignalFrom(sender, user: 42), Deadline.Token);

        foreach (var channel in received)
            Assert.Equal(42u, (await channel.Reader.ReadAsync(Deadline.Token)).Signals.Single().User);
    }

    [Fact]
    public async Task A_watcher_hears_broadcasts_and_nothing_else()
    {
        var (gateway, atGateway, atWatcher) =
            (NewGateway(), Channel.CreateUnbounded<DeliveryBatch>(), Channel.CreateUnbounded<DeliveryBatch>());
        await using var queue = await SubscribeAsync(gateway, atGateway);
        await using var watcher = await SubscribeAsync(null, atWatcher, fromOnly: gateway.Id);

        Assert.True(await Sender.SendAsync(gateway, SignalFrom(gateway, user: 1), Deadline.Token));
        await Sender.BroadcastAsync(SignalFrom(gateway, user: 2), Deadline.Token);

        Assert.Equal(2u, (await atWatcher.Reader.ReadAsync(Deadline.Token)).Signals.Single().User);
    }

    [Fact]
    public async Task A_batch_for_a_gateway_without_queue_comes_back()
    {
        var gateway = NewGateway();
        await using var queue = await SubscribeAsync(gateway, Channel.CreateUnbounded<DeliveryBatch>());

        Assert.False(await Sender.SendAsync(NewGateway(), Batch(1), Deadline.Token));
        Assert.False(await Sender.SendAsync(gateway with { Incarnation = gateway.Incarnation + 1 }, Batch(1), Deadline.Token));
        Assert.True(await Sender.SendAsync(gateway, Batch(1), Deadline.Token));
    }

    [Fact]
    public async Task A_closed_queue_is_gone()
    {
        var gateway = NewGateway();
        var queue = await SubscribeAsync(gateway, Channel.CreateUnbounded<DeliveryBatch>());
        Assert.True(await Sender.SendAsync(gateway, Batch(1), Deadline.Token));

        await queue.DisposeAsync();

        Assert.False(await Sender.SendAsync(gateway, Batch(2), Deadline.Token));
    }

    [Fact]
    public async Task A_handler_that_throws_loses_its_batch_and_no_other()
    {
        var (gateway, received) = (NewGateway(), Channel.CreateUnbounded<ulong>());
        await using var queue = await Receiver.SubscribeAsync(
            gateway,
            (batch, _) => batch.Partitions[0].Position == 2
                ? throw new InvalidOperationException("A bug.")
                : received.Writer.WriteAsync(batch.Partitions[0].Position, Deadline.Token),
            Deadline.Token);

        foreach (var position in new ulong[] { 1, 2, 3 })
            Assert.True(await Sender.SendAsync(gateway, Batch(position), Deadline.Token));

        Assert.Equal(1UL, await received.Reader.ReadAsync(Deadline.Token));
        Assert.Equal(3UL, await received.Reader.ReadAsync(Deadline.Token));
    }

    [Fact]
    public async Task A_stuck_gateway_holds_up_no_other()
    {
        var (stuck, lively, received) = (NewGateway(), NewGateway(), Channel.CreateUnbounded<DeliveryBatch>());
        var release = new TaskCompletionSource();
        await using var one = await Receiver.SubscribeAsync(stuck, async (_, _) => await release.Task, Deadline.Token);
        await using var other = await SubscribeAsync(lively, received);

        Assert.True(await Sender.SendAsync(stuck, Batch(1), Deadline.Token));
        Assert.True(await Sender.SendAsync(lively, Batch(2), Deadline.Token));

        Assert.Equal(2UL, (await received.Reader.ReadAsync(Deadline.Token)).Partitions[0].Position);
        release.SetResult();
    }

    [Fact]
    public async Task A_stuck_gateway_bounds_what_waits_for_it()
    {
        var (gateway, received, release) = (NewGateway(), new ConcurrentQueue<ulong>(), new TaskCompletionSource());
        var last = (ulong)(Bound * 3);
        var lastArrived = new TaskCompletionSource();
        await using var queue = await NarrowReceiver.SubscribeAsync(gateway, HandleAsync, Deadline.Token);

        for (var position = 1UL; position < last; position++)
        {
            try
            {
                Assert.True(await Sender.SendAsync(gateway, Batch(position), Deadline.Token));
            }
            catch (DependencyUnavailableException)
            {
                break;
            }
        }

        release.SetResult();
        Assert.True(await Sender.SendAsync(gateway, Batch(last), Deadline.Token));
        await lastArrived.Task.WaitAsync(Deadline.Token);
        Assert.InRange(received.Count, 1, Bound + 1);

        async ValueTask HandleAsync(DeliveryBatch batch, CancellationToken cancellationToken)
        {
            await release.Task;
            received.Enqueue(batch.Partitions[0].Position);
            if (batch.Partitions[0].Position == last)
                lastArrived.SetResult();
        }
    }

    protected static GatewayAddress NewGateway() =>
        new($"g{Guid.NewGuid():n}"[..12], (ulong)Random.Shared.NextInt64(1, long.MaxValue));

    protected static DeliveryBatch Batch(ulong position) => new()
    {
        Partitions =
        {
            new PartitionDelivery
            {
                Partition = 3,
                Owner = 1,
                Previous = position - 1,
                Position = position,
                Items =
                {
                    new Delivery
                    {
                        Kind = DeliveryKind.Message, Users = { 1, 2 }, Body = ByteString.CopyFrom(0, 1, 255),
                    },
                },
            },
        },
    };

    protected Task<IAsyncDisposable> SubscribeAsync(
        GatewayAddress? self, Channel<DeliveryBatch> received, string? fromOnly = null) => Receiver.SubscribeAsync(
        self,
        (batch, _) =>
        {
            // Tests on the same broker hear each other's broadcasts.
            if (fromOnly is null || batch.Signals.Any(signal => signal.FromGateway == fromOnly))
                received.Writer.TryWrite(batch);
            return ValueTask.CompletedTask;
        },
        Deadline.Token);

    private static DeliveryBatch SignalFrom(GatewayAddress gateway, uint user) => new()
    {
        Signals = { new Signal { Kind = SignalKind.PresenceChanged, FromGateway = gateway.Id, User = user } },
    };
}
