using BrokerIm.Core.Values;
using BrokerIm.Gateway.Delivery;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

public sealed class DeliveryCursorTests
{
    private static readonly ConversationId s_pair = ConversationId.Pair(new(1), new(2));

    private readonly DeliveryCursor _cursor = new();

    [Fact]
    public void Next_message_is_pushed()
    {
        _cursor.Baseline(s_pair, 4);

        Assert.Equal(CursorStep.Push, _cursor.Offer(s_pair, 5));
        Assert.Equal(CursorStep.Push, _cursor.Offer(s_pair, 6));
        Assert.Equal(6u, _cursor.LastOf(s_pair));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void Repeat_is_dropped(uint messageId)
    {
        _cursor.Baseline(s_pair, 4);

        Assert.Equal(CursorStep.Nothing, _cursor.Offer(s_pair, messageId));
        Assert.Equal(4u, _cursor.LastOf(s_pair));
    }

    [Fact]
    public void Gap_is_filled_once_and_up_to_the_latest()
    {
        _cursor.Baseline(s_pair, 4);

        Assert.Equal(CursorStep.Fill, _cursor.Offer(s_pair, 7));
        Assert.Equal(CursorStep.Nothing, _cursor.Offer(s_pair, 8));
        Assert.Equal(CursorStep.Nothing, _cursor.Offer(s_pair, 9));

        Assert.Equal([5, 6, 7, 8, 9], Fill());
        Assert.Equal(CursorStep.Push, _cursor.Offer(s_pair, 10));
    }

    [Fact]
    public void What_arrives_while_a_fill_runs_is_brought_by_the_fill()
    {
        _cursor.Baseline(s_pair, 4);
        _cursor.Offer(s_pair, 6);
        _cursor.TryNext(s_pair, out _);
        _cursor.Advance(s_pair, 5);

        // The next one after what the fill has written so far, and still the fill's to write.
        Assert.Equal(CursorStep.Nothing, _cursor.Offer(s_pair, 7));
        Assert.Equal([6, 7], Fill());
    }

    [Fact]
    public void First_message_becomes_the_baseline_once_the_session_has_settled()
    {
        _cursor.Settle();

        Assert.Equal(CursorStep.Push, _cursor.Offer(s_pair, 30));
        Assert.Equal(CursorStep.Push, _cursor.Offer(s_pair, 31));
    }

    [Fact]
    public void What_is_below_a_first_message_is_looked_at_when_the_store_is_and_comes_behind_it()
    {
        _cursor.Settle();
        _cursor.Offer(s_pair, 30);
        _cursor.Offer(s_pair, 31);

        Assert.True(_cursor.Reach(s_pair, 31));
        Assert.True(_cursor.TryNext(s_pair, out var range));
        Assert.Equal(new MissingRange(0, 30, StartUnknown: true), range);
        _cursor.StartAfter(s_pair, 27);

        Assert.Equal([28, 29], Fill());
        Assert.Equal(CursorStep.Push, _cursor.Offer(s_pair, 32));
        Assert.False(_cursor.Reach(s_pair, 32));
    }

    [Fact]
    public void First_message_with_nothing_missing_below_it_stays_the_baseline()
    {
        _cursor.Settle();
        _cursor.Acknowledge(s_pair, 30);

        Assert.True(_cursor.Reach(s_pair, 31));
        _cursor.StartAfter(s_pair, 29);

        Assert.Equal([31], Fill());
    }

    [Fact]
    public void First_message_of_a_fresh_session_makes_the_ones_below_suspect()
    {
        Assert.Equal(CursorStep.LookBelow, _cursor.Offer(s_pair, 30));
        Assert.True(_cursor.TryNext(s_pair, out var range));
        Assert.True(range.StartUnknown);

        _cursor.StartAfter(s_pair, 27);
        Assert.Equal([28, 29, 30], Fill());
    }

    [Fact]
    public void First_message_of_a_conversation_has_none_below_it() =>
        Assert.Equal(CursorStep.Push, _cursor.Offer(s_pair, 1));

    [Fact]
    public void Baseline_does_not_take_back_what_was_pushed()
    {
        _cursor.Settle();
        _cursor.Offer(s_pair, 30);
        _cursor.Baseline(s_pair, 40);

        Assert.Equal(30u, _cursor.LastOf(s_pair));
    }

    [Fact]
    public void Ack_moves_the_cursor_past_the_own_message()
    {
        _cursor.Baseline(s_pair, 4);

        Assert.Equal(CursorStep.Nothing, _cursor.Acknowledge(s_pair, 5));
        Assert.Equal(CursorStep.Push, _cursor.Offer(s_pair, 6));
    }

    [Fact]
    public void Gap_below_an_own_message_is_filled_without_it()
    {
        _cursor.Baseline(s_pair, 4);

        Assert.Equal(CursorStep.Fill, _cursor.Acknowledge(s_pair, 7));
        Assert.Equal([5, 6], Fill());
        Assert.Equal(CursorStep.Push, _cursor.Offer(s_pair, 8));
    }

    [Fact]
    public void Own_message_acknowledged_during_a_fill_is_left_out_of_it()
    {
        _cursor.Baseline(s_pair, 4);
        _cursor.Offer(s_pair, 6);
        _cursor.Acknowledge(s_pair, 7);
        _cursor.Offer(s_pair, 8);

        Assert.Equal([5, 6, 8], Fill());
    }

    [Fact]
    public void First_ack_of_a_fresh_session_looks_below_and_leaves_the_own_message_out()
    {
        Assert.Equal(CursorStep.LookBelow, _cursor.Acknowledge(s_pair, 9));
        _cursor.StartAfter(s_pair, 7);

        Assert.Equal([8], Fill());
        Assert.Equal(9u, _cursor.LastOf(s_pair));
    }

    [Fact]
    public void Ack_of_a_repeat_changes_nothing()
    {
        _cursor.Baseline(s_pair, 9);

        Assert.Equal(CursorStep.Nothing, _cursor.Acknowledge(s_pair, 3));
        Assert.Equal(9u, _cursor.LastOf(s_pair));
    }

    [Fact]
    public void Head_beyond_the_cursor_starts_one_fill()
    {
        _cursor.Baseline(s_pair, 4);

        Assert.True(_cursor.Reach(s_pair, 6));
        Assert.False(_cursor.Reach(s_pair, 7));
        Assert.Equal([5, 6, 7], Fill());
        Assert.False(_cursor.Reach(s_pair, 7));
    }

    [Fact]
    public void Conversations_do_not_touch_each_other()
    {
        var other = ConversationId.Pair(new(1), new(3));
        _cursor.Baseline(s_pair, 4);
        _cursor.Baseline(other, 10);
        _cursor.Offer(s_pair, 9);

        Assert.Equal(CursorStep.Push, _cursor.Offer(other, 11));
        Assert.True(_cursor.Knows(other));
        Assert.False(_cursor.Knows(ConversationId.Pair(new(1), new(4))));
    }

    private List<uint> Fill()
    {
        var written = new List<uint>();
        while (_cursor.TryNext(s_pair, out var range))
        {
            Assert.False(range.StartUnknown);
            for (var id = range.From; id <= range.To; id++)
            {
                if (_cursor.Advance(s_pair, id))
                    written.Add(id);
            }
        }

        return written;
    }
}
