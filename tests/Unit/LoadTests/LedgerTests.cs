using BrokerIm.Client;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.Tests.Unit.LoadTests;

/// <summary>A load test that cannot notice a fault proves nothing; so each fault is shown to it.</summary>
public sealed class LedgerTests
{
    private readonly Ledger _sender = new(senders: 2, sender: 0, hasIds: true) { BaseId = 10 };
    private readonly Ledger _receiver = new(senders: 2, sender: 1, hasIds: true) { BaseId = 10 };

    [Fact]
    public void Honest_conversation_passes()
    {
        _sender.SawAck(0, 11);
        _receiver.SawMessage(from: 0, 0, 11);
        _receiver.SawAck(0, 12);
        _sender.SawMessage(from: 1, 0, 12);
        _sender.SawAck(1, 13);
        _receiver.SawMessage(from: 0, 1, 13);

        Assert.All([_sender, _receiver], ledger =>
        {
            Assert.True(ledger.HasDenseIds());
            Assert.Equal(0, ledger.Duplicates);
            Assert.Equal(0, ledger.OutOfOrder);
        });
        Assert.Equal(_sender.AckedSum, _receiver.ReceivedSum);
        Assert.Equal(_receiver.AckedSum, _sender.ReceivedSum);
        Assert.Equal(0, _sender.Acked.CountMissingFrom(_receiver.ReceivedFrom(0)));
    }

    [Fact]
    public void Lost_message_is_noticed()
    {
        _sender.SawAck(0, 11);
        _sender.SawAck(1, 12);
        _receiver.SawMessage(from: 0, 1, 12);
        Assert.Equal(1, _sender.Acked.CountMissingFrom(_receiver.ReceivedFrom(0)));
        Assert.False(_receiver.HasDenseIds());
        Assert.NotEqual(_sender.AckedSum, _receiver.ReceivedSum);
    }

    [Fact]
    public void Doubled_message_is_noticed()
    {
        Assert.True(_receiver.SawMessage(from: 0, 0, 11));
        Assert.False(_receiver.SawMessage(from: 0, 0, 12));
        Assert.Equal(1, _receiver.Duplicates);
    }

    [Fact]
    public void Messages_that_overtook_each_other_are_noticed()
    {
        _receiver.SawMessage(from: 0, 1, 12);
        _receiver.SawMessage(from: 0, 0, 11);
        Assert.NotEqual(0, _receiver.OutOfOrder);
        Assert.Equal(0, _receiver.Duplicates);
    }

    [Fact]
    public void Acks_with_falling_ids_are_noticed()
    {
        _sender.SawAck(0, 12);
        _sender.SawAck(1, 11);
        Assert.Equal(1, _sender.OutOfOrder);
    }

    [Fact]
    public void Message_under_two_ids_is_noticed()
    {
        _sender.SawAck(0, 11);
        _receiver.SawMessage(from: 0, 0, 12);
        Assert.NotEqual(_sender.AckedSum, _receiver.ReceivedSum);
    }

    [Fact]
    public void Skipped_and_repeated_ids_are_noticed()
    {
        _sender.SawAck(0, 11);
        _sender.SawAck(1, 13);
        Assert.False(_sender.HasDenseIds());

        _receiver.SawMessage(from: 0, 0, 11);
        _receiver.SawMessage(from: 0, 1, 11);
        _receiver.SawMessage(from: 0, 2, 13);
        Assert.False(_receiver.HasDenseIds());
    }

    [Fact]
    public void Message_of_somebody_else_is_noticed()
    {
        Assert.False(_receiver.SawMessage(from: 1, 0, 11));
        Assert.False(_receiver.SawMessage(from: 2, 0, 11));
        Assert.Equal(2, _receiver.Strayed);
    }

    [Fact]
    public void Senders_of_a_group_are_told_apart()
    {
        var listener = new Ledger(senders: 2, sender: -1, hasIds: true) { BaseId = 10 };
        listener.SawMessage(from: 0, 0, 11);
        listener.SawMessage(from: 1, 0, 12);
        listener.SawMessage(from: 0, 1, 13);

        Assert.Equal((0L, 0L), (listener.Duplicates, listener.OutOfOrder));
        Assert.True(listener.HasDenseIds());
        Assert.Equal((2L, 1L), (listener.ReceivedFrom(0).Count, listener.ReceivedFrom(1).Count));
    }

    [Fact]
    public void Server_without_ids_is_judged_by_numbers_alone()
    {
        var listener = new Ledger(senders: 1, sender: -1, hasIds: false);
        listener.SawMessage(from: 0, 0, 0);
        listener.SawMessage(from: 0, 1, 0);
        Assert.Equal(0, listener.OutOfOrder);
        Assert.True(listener.HasDenseIds());

        listener.SawMessage(from: 0, 3, 0);
        Assert.Equal(1, listener.OutOfOrder);
    }

    [Fact]
    public void Window_finds_messages_by_sequence_and_frees_places_in_order()
    {
        var window = new SendWindow(4);
        for (long turn = 0; turn < 200_000; turn += 4)
        {
            for (var place = 0; place < 4; place++)
                Assert.Equal(turn + place, window.Open(new SendId(1, (ulong)(turn + place)), intendedAt: turn));
            Assert.True(window.IsFull);

            foreach (var number in new[] { turn + 1, turn + 3, turn, turn + 2 })
            {
                Assert.Equal(number, window.NumberOf(SendWindow.SequenceOf(number)));
                Assert.True(window.TryFind(number, out var slot));
                Assert.Equal((ulong)number, slot.SendId.Lower);
                window.Close(number);
                Assert.False(window.TryFind(number, out _));
            }

            Assert.Equal(0, window.Outstanding);
            Assert.False(window.IsFull);
        }
    }
}
