using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Gateway.Inbound;

public sealed class InboundLanesTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_comes_while_a_record_is_under_way_travels_together_in_order()
    {
        await using var rig = new InboundRig();
        var hold = rig.Log.Hold();
        await rig.StartAsync();
        var session = rig.Connect();

        await rig.EnqueueAsync(session, 1);
        var first = await rig.Log.NextAsync();
        for (ushort sequence = 2; sequence <= 200; sequence++)
            await rig.EnqueueAsync(session, sequence);
        Assert.False(rig.Log.HasMore);
        hold.SetResult();
        var second = await rig.Log.NextAsync();

        Assert.Equal([1u], first.Record.Entries.Select(entry => entry.Sequence));
        Assert.Equal(Enumerable.Range(2, 199).Select(sequence => (uint)sequence), second.Record.Entries.Select(entry => entry.Sequence));
        Assert.Equal(("gate", rig.Identity.Address.Incarnation, 1u), (second.Record.Gateway, second.Record.Incarnation, second.Record.Version));
    }

    [Fact]
    public async Task Order_inside_every_partition_is_the_order_of_sending()
    {
        const int Sent = 3_000;
        const uint Peers = 40;
        await using var rig = new InboundRig(partitions: 8, options => options.InFlightPerConnection = 4_096);
        await rig.StartAsync();
        var session = rig.Connect();

        for (ushort sequence = 1; sequence <= Sent; sequence++)
            await rig.EnqueueAsync(session, sequence, receiver: 2 + (sequence % Peers));

        var last = new Dictionary<int, uint>();
        var seen = 0;
        while (seen < Sent)
        {
            var attempt = await rig.Log.NextAsync();
            foreach (var entry in attempt.Record.Entries)
            {
                Assert.Equal(attempt.Partition, Partitioning.PartitionOf(new(entry.Relation), 8));
                Assert.True(entry.Sequence > last.GetValueOrDefault(attempt.Partition));
                last[attempt.Partition] = entry.Sequence;
                seen++;
            }
        }

        Assert.True(last.Count > 1);
    }

    [Fact]
    public async Task Record_closes_at_its_number_of_entries()
    {
        await using var rig = new InboundRig(configure: options => options.InFlightPerConnection = 4_096);
        var one = rig.Connect();
        var other = rig.Connect();
        for (ushort sequence = 1; sequence <= 3_000; sequence++)
        {
            await rig.EnqueueAsync(one, sequence, dataBytes: 1);
            await rig.EnqueueAsync(other, sequence, dataBytes: 1);
        }

        await rig.StartAsync();

        Assert.Equal(Limits.MaxRecordEntries, (await rig.Log.NextAsync()).Record.Entries.Count);
        Assert.Equal(6_000 - Limits.MaxRecordEntries, (await rig.Log.NextAsync()).Record.Entries.Count);
    }

    [Fact]
    public async Task Record_closes_at_its_bytes_and_holds_one_large_entry_alone()
    {
        await using var rig = new InboundRig();
        var session = rig.Connect();
        await rig.EnqueueAsync(session, 1, dataBytes: 200 * 1024);
        await rig.EnqueueAsync(session, 2, dataBytes: 200 * 1024);
        await rig.EnqueueAsync(session, 3, dataBytes: 200 * 1024);
        await rig.EnqueueAsync(session, 4, dataBytes: Limits.MaxRecordBytes);
        await rig.EnqueueAsync(session, 5);

        await rig.StartAsync();

        var records = new List<List<uint>>();
        while (records.Sum(record => record.Count) < 5)
        {
            var attempt = await rig.Log.NextAsync();
            records.Add([.. attempt.Record.Entries.Select(entry => entry.Sequence)]);
            Assert.True(attempt.Bytes.Length < 1_000_000);
        }

        Assert.Equal([[1, 2], [3], [4], [5]], records);
    }

    [Fact]
    public async Task Connection_waits_when_it_has_too_much_under_way()
    {
        await using var rig = new InboundRig(configure: options => options.InFlightPerConnection = 2);
        var hold = rig.Log.Hold();
        await rig.StartAsync();
        var greedy = rig.Connect();
        await rig.EnqueueAsync(greedy, 1);
        await rig.EnqueueAsync(greedy, 2);

        var third = rig.EnqueueAsync(greedy, 3);
        Assert.False(third.IsCompleted);
        Assert.True(rig.EnqueueAsync(rig.Connect(), 1).IsCompletedSuccessfully);

        hold.SetResult();
        await third.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal(4, (await rig.Log.NextEntriesAsync(4)).Count);
    }

    [Fact]
    public async Task Sender_waits_in_line_while_the_lane_is_full()
    {
        await using var rig = new InboundRig(configure: options => options.LaneEntriesMax = 2);
        var (one, other) = (rig.Connect(), rig.Connect());
        await rig.EnqueueAsync(one, 1);
        await rig.EnqueueAsync(one, 2);

        var third = rig.EnqueueAsync(one, 3);
        var fourth = rig.EnqueueAsync(other, 4);
        Assert.False(third.IsCompleted || fourth.IsCompleted);

        await rig.StartAsync();
        await Task.WhenAll(third, fourth).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal([1u, 2, 3, 4], (await rig.Log.NextEntriesAsync(4)).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Sender_waits_in_line_while_the_lane_holds_too_many_bytes()
    {
        await using var rig = new InboundRig(configure: options => options.LaneBytesMax = 10_000);
        var session = rig.Connect();
        await rig.EnqueueAsync(session, 1, dataBytes: 9_000);

        var second = rig.EnqueueAsync(session, 2, dataBytes: 9_000);
        Assert.False(second.IsCompleted);

        await rig.StartAsync();
        await second.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Sender_that_gives_up_in_line_is_not_published_and_frees_its_place()
    {
        await using var rig = new InboundRig(configure: options => options.LaneEntriesMax = 1);
        var (one, other) = (rig.Connect(), rig.Connect());
        using var gone = new CancellationTokenSource();
        await rig.EnqueueAsync(one, 1);
        var given = rig.EnqueueAsync(one, 2, gone.Token);
        var kept = rig.EnqueueAsync(other, 3);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal(1, one.Session.Sends!.InFlight.Count);

        await rig.StartAsync();
        await kept.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal([1u, 3], (await rig.Log.NextEntriesAsync(2)).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Record_that_was_not_confirmed_is_offered_again_byte_for_byte()
    {
        await using var rig = new InboundRig();
        rig.Log.IsDown = true;
        await rig.StartAsync();
        var session = rig.Connect();
        await rig.EnqueueAsync(session, 1);

        var first = await rig.Log.NextAsync();
        await rig.EnqueueAsync(session, 2);
        var second = await rig.Log.NextAsync();
        var third = await rig.Log.NextAsync();
        rig.Log.IsDown = false;

        Assert.Equal(first.Bytes, second.Bytes);
        Assert.Equal(first.Bytes, third.Bytes);
        Assert.Single((await rig.Log.NextWithAsync(2)).Record.Entries);
    }

    [Fact]
    public async Task After_the_deadline_the_outcome_is_unknown_for_the_record_and_all_behind_it()
    {
        await using var rig = new InboundRig(configure: options => options.PublishDeadline = TimeSpan.FromMilliseconds(300));
        rig.Log.IsDown = true;
        await rig.StartAsync();
        var (fresh, old) = (rig.Connect(), rig.Connect());
        await rig.EnqueueAsync(fresh, 1, clientMadeId: true);
        var attempt = await rig.Log.NextAsync();
        await rig.EnqueueAsync(old, 2);
        await rig.EnqueueAsync(fresh, 3, clientMadeId: true);

        foreach (ushort sequence in new ushort[] { 1, 3 })
        {
            var ack = (await fresh.ReceiveAsync()).As(Command.MsgDataAck, IMMsgDataAck.Parser, sequence);
            Assert.Equal((SendStatus.Unknown, 0u, 2u), (ack.SendStatus, ack.MsgId, ack.SessionId));
            Assert.Equal(ClientMessageId.Size, ack.ClientMsgId.Length);
        }

        await rig.Lanes.SettleAsync(TestContext.Current.CancellationToken);
        Assert.Single(attempt.Record.Entries);
        Assert.Empty(old.Received());
        Assert.Equal((0, 0), (fresh.Session.Sends!.InFlight.Count, old.Session.Sends!.InFlight.Count));
        Assert.Equal(0, rig.Meter.Sum("im_lane_depth"));
        Assert.Equal(3, rig.Meter.Sum("im_unknown_outcomes_total"));
    }

    [Fact]
    public async Task Lane_goes_on_after_an_unknown_outcome()
    {
        await using var rig = new InboundRig(configure: options => options.PublishDeadline = TimeSpan.FromMilliseconds(100));
        rig.Log.IsDown = true;
        await rig.StartAsync();
        var session = rig.Connect();
        await rig.EnqueueAsync(session, 1, clientMadeId: true);
        await session.ReceiveAsync();

        rig.Log.IsDown = false;
        await rig.EnqueueAsync(session, 2);

        Assert.Single((await rig.Log.NextWithAsync(2)).Record.Entries);
    }

    [Fact]
    public async Task Stopping_tells_who_waits_that_the_outcome_is_unknown()
    {
        await using var rig = new InboundRig();
        rig.Log.Hold();
        await rig.StartAsync();
        var session = rig.Connect();
        await rig.EnqueueAsync(session, 1, clientMadeId: true);
        await rig.Log.NextAsync();
        await rig.EnqueueAsync(session, 2, clientMadeId: true);

        await rig.Lanes.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            [SendStatus.Unknown, SendStatus.Unknown],
            session.Received().Select(frame => IMMsgDataAck.Parser.ParseFrom(frame.Body).SendStatus));
    }

    [Fact]
    public async Task Settling_waits_for_the_log_and_then_for_the_answers()
    {
        await using var rig = new InboundRig();
        var hold = rig.Log.Hold();
        await rig.StartAsync();
        var session = rig.Connect();
        await rig.EnqueueAsync(session, 7);

        var settled = rig.Lanes.SettleAsync(TestContext.Current.CancellationToken);
        Assert.False(settled.IsCompleted);
        hold.SetResult();
        await Eventually.HoldsAsync(() => session.Session.Sends!.InFlight.Count == 0);
        Assert.False(settled.IsCompleted);

        session.Session.Sends!.Sent.MarkAnswered(7, null);
        rig.Answers.Written();
        await settled.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Settling_with_nothing_under_way_is_over_at_once()
    {
        await using var rig = new InboundRig();
        await rig.StartAsync();
        rig.Connect();

        await rig.Lanes.SettleAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }
}
