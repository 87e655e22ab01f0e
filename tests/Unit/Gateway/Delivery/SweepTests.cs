using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using static BrokerIm.Tests.Unit.Gateway.Delivery.DeliveryRig;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

/// <summary>What was lost without a trace is found by comparing the connections with the store.</summary>
public sealed class SweepTests
{
    [Fact]
    public async Task After_a_loss_the_first_message_of_a_conversation_to_arrive_is_not_taken_for_its_first()
    {
        await using var rig = new DeliveryRig();
        var bob = rig.Settled(DeliveryRig.Bob);
        rig.AddMessages(DeliveryRig.Alice, count: 2);
        await rig.StartAsync();

        // In the bus message that shows the loss, so before anybody can have looked for what was lost.
        await rig.DeliverAsync(lose: 1, rig.Message(2, users: DeliveryRig.Bob));

        Assert.Equal([1u, 2u], await bob.ReceivePushesAsync(2));
    }

    [Fact]
    public async Task Lost_bus_message_without_a_successor_is_found_by_a_sweep()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var (bob, phone) = (rig.Settled(Bob), rig.Settled(Bob, ClientType.Ios));
        rig.AddMessages(Alice, 3);
        await rig.DeliverAsync(rig.Message(1, users: Bob));

        // Messages 2 and 3 are lost; all that comes is a watermark.
        await rig.DeliverAsync(lose: 1);

        Assert.Equal([1u, 2, 3], await bob.ReceivePushesAsync(3));
        Assert.Equal([1u, 2, 3], await phone.ReceivePushesAsync(3));
        Assert.Equal(2, rig.Meter.Sum("im_sweep_repairs_total"));
    }

    [Fact]
    public async Task What_was_sent_to_nobody_while_presence_was_lost_is_found_by_a_sweep()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var bob = rig.Settled(Bob);
        rig.AddMessages(Alice, 2);

        // No delivery is missing: Deliver found nobody to send one to.
        rig.Sweeper.PresenceWasLost(rig.NowMs);

        Assert.Equal([1u, 2], await bob.ReceivePushesAsync(2));
    }

    [Fact]
    public async Task What_was_sent_to_nobody_before_the_first_message_of_a_conversation_comes_behind_it()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var bob = rig.Settled(Bob);
        rig.AddMessages(Alice, 2);
        await rig.DeliverAsync(rig.Message(2, users: Bob));
        Assert.Equal([2u], await bob.ReceivePushesAsync(1));

        rig.Sweeper.PresenceWasLost(rig.NowMs);

        Assert.Equal([1u], await bob.ReceivePushesAsync(1));
    }

    [Fact]
    public async Task First_message_of_a_conversation_is_found_by_a_sweep()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var bob = rig.Settled(Bob);
        await rig.DeliverAsync();
        rig.AddMessages(Alice);

        await rig.DeliverAsync(lose: 1);

        Assert.Equal([1u], await bob.ReceivePushesAsync(1));
    }

    [Fact]
    public async Task Sweep_is_repeated_until_the_store_answers()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var bob = rig.Settled(Bob);
        rig.AddMessages(Alice, 2);
        await rig.DeliverAsync(rig.Message(1, users: Bob));

        rig.Store.IsDown = true;
        await rig.DeliverAsync(lose: 1);
        await rig.Store.RefusedAsync();
        rig.Store.IsDown = false;

        Assert.Equal([1u, 2], await bob.ReceivePushesAsync(2));
    }

    [Fact]
    public async Task Sweep_leaves_alone_what_lies_before_the_loss()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        rig.Store.Add(ConversationId.Pair(Bob, new(1003)), new(1003), timeMs: rig.NowMs - 60_000);
        var bob = rig.Settled(Bob);
        rig.AddMessages(Alice, 2);
        await rig.DeliverAsync(rig.Message(1, users: Bob));

        await rig.DeliverAsync(lose: 1);

        Assert.Equal([1u, 2], await bob.ReceivePushesAsync(2));
        Assert.Equal(1, rig.Meter.Sum("im_sweep_repairs_total"));
    }
}
