using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway;
using BrokerIm.Tests.Support;
using static BrokerIm.Tests.Unit.Gateway.Delivery.DeliveryRig;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

/// <summary>Messages that did not arrive, although a later one did, come from the store and in order.</summary>
public sealed class GapFillTests
{
    [Fact]
    public async Task Missing_messages_are_read_from_the_store_and_come_in_order()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var bob = rig.Settled(Bob);
        rig.AddMessages(Alice, 260);

        await rig.DeliverAsync(rig.Message(1, users: Bob));
        await rig.DeliverAsync(rig.Message(260, users: Bob));

        Assert.Equal(Enumerable.Range(1, 260).Select(id => (uint)id), await bob.ReceivePushesAsync(260));
        Assert.Equal(1, rig.Meter.Sum("im_push_gap_fills_total"));
    }

    [Fact]
    public async Task What_arrives_while_a_gap_is_filled_waits_for_its_turn()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var bob = rig.Settled(Bob);
        rig.AddMessages(Alice, 6);
        await rig.DeliverAsync(rig.Message(1, users: Bob));
        var hold = rig.Store.HoldRanges();

        await rig.DeliverAsync(rig.Message(4, users: Bob));
        await rig.DeliverAsync(rig.Message(5, users: Bob), rig.Message(6, users: Bob));
        Assert.Equal([1u], await bob.ReceivePushesAsync(1));
        Assert.Empty(bob.Received());

        hold.SetResult();
        Assert.Equal([2u, 3, 4, 5, 6], await bob.ReceivePushesAsync(5));
    }

    [Fact]
    public async Task Gap_is_filled_once_the_store_answers_again()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var bob = rig.Settled(Bob);
        rig.AddMessages(Alice, 3);
        await rig.DeliverAsync(rig.Message(1, users: Bob));

        rig.Store.IsDown = true;
        await rig.DeliverAsync(rig.Message(3, users: Bob));
        await rig.Store.RefusedAsync();
        rig.Store.IsDown = false;

        Assert.Equal([1u, 2, 3], await bob.ReceivePushesAsync(3));
    }

    [Fact]
    public async Task Gap_below_an_own_message_is_filled_without_the_own_message()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var alice = rig.Settled(Alice);
        rig.AddMessages(Bob, 2);
        rig.AddMessages(Alice);
        rig.AddMessages(Bob);
        await rig.DeliverAsync(rig.Message(1, users: Alice));

        await rig.DeliverAsync(Ack(alice, 3), rig.Message(4, users: Alice));

        Assert.Equal(1u, (await alice.ReceiveAsync()).As(Command.MsgData, IMMsgData.Parser).MsgId);
        Assert.Equal(3u, (await alice.ReceiveAsync()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5).MsgId);
        Assert.Equal([2u, 4], await alice.ReceivePushesAsync(2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lost_answer_is_given_when_the_own_message_comes_back_from_the_store(bool clientMadeId)
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var alice = rig.Settled(Alice);
        alice.Session.Sends = new(new GatewayOptions(), rig.Time);
        alice.Session.Sends.Sent.Remember(5, contentHash: clientMadeId ? 0ul : 1, SendId);
        rig.AddMessages(Bob);
        await rig.DeliverAsync(rig.Message(1, users: Alice));
        rig.Store.Add(Pair, Alice, timeMs: rig.NowMs, clientId: SendId);
        rig.AddMessages(Bob);

        await rig.DeliverAsync(rig.Message(3, users: Alice));

        Assert.Equal([1u], await alice.ReceivePushesAsync(1));
        var ack = (await alice.ReceiveAsync()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5);
        Assert.Equal((2u, clientMadeId), (ack.MsgId, ack.HasClientMsgId));
        Assert.Equal([3u], await alice.ReceivePushesAsync(1));

        // The answer was not lost but late.
        await rig.DeliverAsync(Ack(alice, 2, sequence: 5, clientMessageId: clientMadeId ? SendId.ToByteString() : null));
        Assert.Empty(alice.Received());
    }

    [Fact]
    public async Task First_message_of_a_fresh_session_brings_what_was_missed_around_the_login()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        rig.AddMessages(Alice, 5, timeMs: rig.NowMs - 60_000);
        var bob = rig.Fresh(Bob);
        rig.AddMessages(Alice, 3);

        await rig.DeliverAsync(rig.Message(8, users: Bob));

        Assert.Equal([6u, 7, 8], await bob.ReceivePushesAsync(3));
        Assert.Equal(0, rig.Meter.Sum("im_push_gap_fills_total"));
    }

    [Fact]
    public async Task Message_that_the_store_does_not_show_yet_is_waited_for()
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var bob = rig.Settled(Bob);
        rig.AddMessages(Alice, 3);
        await rig.DeliverAsync(rig.Message(1, users: Bob));

        rig.Store.HiddenFrom = 2;
        await rig.DeliverAsync(rig.Message(3, users: Bob));
        await Eventually.HoldsAsync(() => !rig.Store.Ranges.IsEmpty);
        rig.Store.HiddenFrom = uint.MaxValue;

        Assert.Equal([1u, 2, 3], await bob.ReceivePushesAsync(3));
    }

    [Fact]
    public async Task Who_has_left_a_group_is_still_given_what_he_missed_before_and_nothing_after()
    {
        const uint Group = 7;
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        rig.Store.AddGroup(Group, GroupType.Normal, Alice.Value, Bob.Value);
        var bob = rig.Settled(Bob);
        rig.AddGroupMessages(Group, Alice, 3);
        await rig.DeliverAsync(rig.Message(1, Group, Bob));
        rig.Store.Leave(Group, Bob.Value);
        rig.AddGroupMessages(Group, Alice, 2);

        // 2 was lost, and so was the news that he left; the store says that the group goes on to 5.
        await rig.DeliverAsync(rig.Message(3, Group, Bob));
        rig.Reach(bob, Group, 5);
        Assert.Equal([1u, 2, 3], await bob.ReceivePushesAsync(3));

        // Back again, he sees what comes from there on.
        rig.Store.Join(Group, Bob.Value);
        rig.AddGroupMessages(Group, Alice, 1);
        await rig.DeliverAsync(rig.Message(6, Group, Bob));
        Assert.Equal([6u], await bob.ReceivePushesAsync(1));
    }
}
