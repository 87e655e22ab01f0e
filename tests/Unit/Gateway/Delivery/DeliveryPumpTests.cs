using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using static BrokerIm.Tests.Unit.Gateway.Delivery.DeliveryRig;
using DeliveryItem = BrokerIm.Contracts.Records.Delivery;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

/// <summary>Who is told what the bus brings.</summary>
public sealed class DeliveryPumpTests
{
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
    public async Task Message_for_many_reaches_everybody_in_order()
    {
        const int Receivers = 200;
        await using var rig = new DeliveryRig();
        TestSession[] receivers = [.. Enumerable.Range(0, Receivers).Select(_ => rig.Settled(Bob))];
        rig.AddMessages(Alice, 20);

        for (var id = 1u; id <= 20; id++)
            await rig.DeliverAsync(rig.Message(id, except: null, Alice, Bob));

        foreach (var receiver in receivers)
            Assert.Equal(Enumerable.Range(1, 20).Select(id => (uint)id), await receiver.ReceivePushesAsync(20));
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

        await rig.DeliverAsync(Ack(alice, id: 1, outcome: outcome, clientMessageId: SendId.ToByteString()));

        var ack = Assert.Single(alice.Received()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5);
        Assert.Equal(((SendStatus)outcome, SendId.ToByteString()), (ack.SendStatus, ack.ClientMsgId));
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_with_its_answer_is_not_waited_for_to_come_again(bool fromTheStore)
    {
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        var alice = rig.Settled(Alice);
        var sends = alice.Session.Sends = new(new GatewayOptions(), rig.Time);
        sends.Sent.Remember(5, contentHash: 0, SendId);
        sends.TurnedAway.Add(Pair, SendId);
        Assert.True(sends.TurnedAway.IsBehind(Pair, ClientMessageId.Create(rig.NowMs, new byte[10])));
        rig.AddMessages(Bob);
        await rig.DeliverAsync(rig.Message(1, users: Alice));
        Assert.Equal([1u], await alice.ReceivePushesAsync(1));
        rig.Store.Add(Pair, Alice, timeMs: rig.NowMs, clientId: SendId);
        rig.AddMessages(Bob);

        await rig.DeliverAsync(fromTheStore ? rig.Message(3, users: Alice) : Ack(alice, 2, sequence: 5, clientMessageId: SendId.ToByteString()));

        (await alice.ReceiveAsync()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5);
        Assert.False(sends.TurnedAway.IsBehind(Pair, ClientMessageId.Create(rig.NowMs, new byte[10])));
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
        alice.Session.Sends = new(new GatewayOptions(), rig.Time);
        alice.Session.Sends.Sent.Remember(5, contentHash: 0, SendId);
        rig.AddMessages(Alice);

        await rig.DeliverAsync(Ack(alice, 0, outcome: SendOutcome.Refused, clientMessageId: SendId.ToByteString()));
        await rig.DeliverAsync(Ack(alice, 1, clientMessageId: SendId.ToByteString()));

        Assert.Equal(
            [SendStatus.Refused, SendStatus.Stored],
            alice.Received().Select(static frame => frame.As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 5).SendStatus));
    }
}
