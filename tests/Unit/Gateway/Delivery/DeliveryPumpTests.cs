using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using static BrokerIm.Tests.Unit.Gateway.Delivery.DeliveryRig;
using DeliveryItem = BrokerIm.Contracts.Records.Delivery;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

public sealed class DeliveryPumpTests
{
    private static readonly byte[] s_idBytes = [.. Enumerable.Range(1, ClientMessageId.Size).Select(value => (byte)value)];
    private static readonly ByteString s_id = ByteString.CopyFrom(s_idBytes);

    [Fact]
    public async Task Message_reaches_every_session_of_its_users_but_the_one_it_came_from()
    {
        await using var rig = new DeliveryRig();
        var (origin, phone, bob, stranger) =
            (rig.Settled(Alice), rig.Settled(Alice, ClientType.Ios), rig.Settled(Bob), rig.Settled(new(1003)));
        var id = rig.AddMessages(Alice);

        await rig.DeliverAsync(rig.Message(id, except: origin, Alice, Bob));

        foreach (var session in new[] { phone, bob })
        {
            var frame = Assert.Single(session.Received());
            Assert.Equal((Command.MsgData, 0), (frame.Header.Command, frame.Header.Sequence));
            Assert.Equal(rig.Store.Get(Pair, id).Body.ToArray(), frame.Body);
        }

        Assert.Empty(origin.Received());
        Assert.Empty(stranger.Received());
    }

    [Fact]
    public async Task Each_session_is_flushed_once_per_bus_message()
    {
        await using var rig = new DeliveryRig();
        var (alice, bob, idle) = (rig.Settled(Alice), rig.Settled(Bob), rig.Settled(new(1003)));
        rig.AddMessages(Alice, 20);

        await rig.DeliverAsync([.. Enumerable.Range(1, 20).SelectMany(id => new[]
        {
            Ack(alice, (uint)id, (ushort)id), rig.Message((uint)id, except: alice, Alice, Bob),
        })]);

        Assert.Equal((1, 1, 0), (alice.Flushes, bob.Flushes, idle.Flushes));
        Assert.Equal(20, alice.Received().Count);
        Assert.Equal(Enumerable.Range(1, 20).Select(id => (uint)id), await bob.ReceivePushesAsync(20));
    }

    [Fact]
    public async Task Answer_comes_before_the_next_message_of_the_same_conversation()
    {
        await using var rig = new DeliveryRig();
        var alice = rig.Settled(Alice);
        rig.AddMessages(Alice);
        rig.AddMessages(Bob);

        await rig.DeliverAsync(Ack(alice, 1), rig.Message(1, except: alice, Alice), rig.Message(2, except: null, Alice));

        var frames = alice.Received();
        Assert.Equal([Command.MsgDataAck, Command.MsgData], frames.Select(frame => frame.Header.Command));
    }

    [Fact]
    public async Task Old_client_gets_the_plain_answer()
    {
        await using var rig = new DeliveryRig();
        var alice = rig.Settled(Alice);

        await rig.DeliverAsync(Ack(alice, id: 1, sequence: 5));

        var frame = Assert.Single(alice.Received());
        Assert.Equal("08E90710EA0718012001", Convert.ToHexString(frame.Body));
        Assert.Equal(5, frame.Header.Sequence);
    }

    [Theory]
    [InlineData(SendOutcome.Stored)]
    [InlineData(SendOutcome.Duplicate)]
    [InlineData(SendOutcome.Conflict)]
    [InlineData(SendOutcome.Stale)]
    [InlineData(SendOutcome.Refused)]
    public async Task New_client_hears_every_outcome(SendOutcome outcome)
    {
        await using var rig = new DeliveryRig();
        var alice = rig.Settled(Alice);

        await rig.DeliverAsync(Ack(alice, id: 1, outcome: outcome, clientMessageId: s_id));

        var ack = Assert.Single(alice.Received()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5);
        Assert.Equal(((SendStatus)outcome, s_id), (ack.SendStatus, ack.ClientMsgId));
    }

    [Theory]
    [InlineData(SendOutcome.Conflict)]
    [InlineData(SendOutcome.Stale)]
    [InlineData(SendOutcome.Refused)]
    public async Task Old_client_is_not_told_of_a_refusal_because_it_would_take_it_for_stored(SendOutcome outcome)
    {
        await using var rig = new DeliveryRig();
        var alice = rig.Settled(Alice);

        await rig.DeliverAsync(Ack(alice, id: 1, outcome: outcome));

        Assert.Empty(alice.Received());
    }

    [Fact]
    public async Task Answer_to_a_connection_that_is_gone_is_dropped()
    {
        await using var rig = new DeliveryRig();
        var alice = rig.Settled(Alice);
        rig.Connections.Remove(alice.Session);

        await rig.DeliverAsync(Ack(alice, 1));

        Assert.Empty(alice.Received());
    }

    [Fact]
    public async Task Time_to_the_answer_is_measured()
    {
        var time = new ManualTimeProvider();
        await using var rig = new DeliveryRig(time);
        var alice = rig.Settled(Alice);
        alice.Session.Sends = new(new GatewayOptions(), time);
        alice.Session.Sends.Sent.Remember(5, 1, new(1, 1));
        time.Advance(TimeSpan.FromMilliseconds(250));

        await rig.DeliverAsync(Ack(alice, 1, sequence: 5));

        Assert.Equal(0.25, rig.Meter.Sum("im_send_ack_seconds"), precision: 6);
        Assert.False(alice.Session.Sends.Sent.HasUnansweredUntil(time.GetTimestamp()));
    }

    [Fact]
    public async Task Read_mark_is_told_to_the_readers_other_sessions_alone()
    {
        await using var rig = new DeliveryRig();
        var (pc, phone, bob) = (rig.Settled(Alice), rig.Settled(Alice, ClientType.Android), rig.Settled(Bob));
        var read = new DeliveryItem
        {
            Kind = DeliveryKind.Read, Relation = Pair.Value, MessageId = 17, Connection = pc.Session.Id, Users = { Alice.Value },
        };

        await rig.DeliverAsync(read);

        var notify = Assert.Single(phone.Received()).As(Command.MsgDataReadNotify, IMMsgDataReadNotify.Parser);
        Assert.Equal(
            (Alice.Value, Bob.Value, 17u, SessionType.Single),
            (notify.UserId, notify.SessionId, notify.MsgId, notify.SessionType));
        Assert.Empty(pc.Received());
        Assert.Empty(bob.Received());
    }

    [Fact]
    public async Task Repeated_message_is_dropped()
    {
        await using var rig = new DeliveryRig();
        var bob = rig.Settled(Bob);
        rig.AddMessages(Alice, 2);

        await rig.DeliverAsync(rig.Message(1, users: Bob), rig.Message(2, users: Bob));
        await rig.DeliverAsync(rig.Message(1, users: Bob), rig.Message(2, users: Bob));

        Assert.Equal([1u, 2], await bob.ReceivePushesAsync(2));
        Assert.Empty(bob.Received());
    }

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
        Assert.True(ClientMessageId.TryRead(s_idBytes, out var id));
        alice.Session.Sends = new(new GatewayOptions(), rig.Time);
        alice.Session.Sends.Sent.Remember(5, contentHash: clientMadeId ? 0ul : 1, id);
        rig.AddMessages(Bob);
        await rig.DeliverAsync(rig.Message(1, users: Alice));
        rig.Store.Add(Pair, Alice, timeMs: rig.NowMs, clientId: id);
        rig.AddMessages(Bob);

        await rig.DeliverAsync(rig.Message(3, users: Alice));

        Assert.Equal([1u], await alice.ReceivePushesAsync(1));
        var ack = (await alice.ReceiveAsync()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5);
        Assert.Equal((2u, clientMadeId), (ack.MsgId, ack.HasClientMsgId));
        Assert.Equal([3u], await alice.ReceivePushesAsync(1));

        // The answer was not lost but late.
        await rig.DeliverAsync(Ack(alice, 2, sequence: 5, clientMessageId: clientMadeId ? s_id : null));
        Assert.Empty(alice.Received());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_with_its_answer_is_not_waited_for_to_come_again(bool fromTheStore)
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var alice = rig.Settled(Alice);
        Assert.True(ClientMessageId.TryRead(s_idBytes, out var id));
        var sends = alice.Session.Sends = new(new GatewayOptions(), rig.Time);
        sends.Sent.Remember(5, contentHash: 0, id);
        sends.TurnedAway.Add(Pair, id);
        Assert.True(sends.TurnedAway.IsBehind(Pair, ClientMessageId.Create(rig.NowMs, new byte[10])));
        rig.AddMessages(Bob);
        await rig.DeliverAsync(rig.Message(1, users: Alice));
        Assert.Equal([1u], await alice.ReceivePushesAsync(1));
        rig.Store.Add(Pair, Alice, timeMs: rig.NowMs, clientId: id);
        rig.AddMessages(Bob);

        await rig.DeliverAsync(fromTheStore ? rig.Message(3, users: Alice) : Ack(alice, 2, sequence: 5, clientMessageId: s_id));

        (await alice.ReceiveAsync()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5);
        Assert.False(sends.TurnedAway.IsBehind(Pair, ClientMessageId.Create(rig.NowMs, new byte[10])));
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
    public async Task Removed_member_gets_no_message_of_a_large_group_though_his_removal_was_lost()
    {
        const uint Group = 1;
        var conversation = ConversationId.Group(Group);
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        rig.Store.AddGroup(Group, GroupType.Normal, Alice.Value, Bob.Value);
        var (alice, bob) = (rig.Settled(Alice), rig.Settled(Bob));
        rig.Store.Add(conversation, new(1003), timeMs: rig.NowMs);
        await rig.DeliverAsync(ToMembers(1, position: 2));
        Assert.Equal([1u], await bob.ReceivePushesAsync(1));

        rig.Store.Leave(Group, Bob.Value);
        rig.Store.Join(Group, 1004);
        rig.Store.Add(conversation, new(1003), timeMs: rig.NowMs);
        await rig.DeliverAsync(
            new DeliveryItem
            {
                Kind = DeliveryKind.Members, Relation = conversation.Value, MessageId = 1, Users = { 1004 }, PositionInLog = 4, PreviousInLog = 3,
            },
            ToMembers(2, position: 4));

        Assert.Equal([1u, 2], await alice.ReceivePushesAsync(2));
        Assert.Empty(bob.Received());

        DeliveryItem ToMembers(uint id, long position) => new()
        {
            Kind = DeliveryKind.Message,
            Relation = conversation.Value,
            MessageId = id,
            ToMembers = true,
            PositionInLog = position,
            Body = ByteString.CopyFrom(rig.Store.Get(conversation, id).Body.Span),
        };
    }

    [Fact]
    public async Task Send_that_was_refused_and_then_stored_is_answered_twice()
    {
        await using var rig = new DeliveryRig();
        var alice = rig.Settled(Alice);
        Assert.True(ClientMessageId.TryRead(s_idBytes, out var id));
        alice.Session.Sends = new(new GatewayOptions(), rig.Time);
        alice.Session.Sends.Sent.Remember(5, contentHash: 0, id);
        rig.AddMessages(Alice);

        await rig.DeliverAsync(Ack(alice, 0, outcome: SendOutcome.Refused, clientMessageId: s_id));
        await rig.DeliverAsync(Ack(alice, 1, clientMessageId: s_id));

        Assert.Equal(
            [SendStatus.Refused, SendStatus.Stored],
            alice.Received().Select(static frame => frame.As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5).SendStatus));
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
