using BrokerIm.Client;
using BrokerIm.Client.Events;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Tests.Unit.Client;

public sealed class ConversationTrackerTests
{
    private readonly ConversationTracker _tracker = new(new Peer(7));

    [Fact]
    public void Messages_in_order_are_due_at_once()
    {
        _tracker.StartAfter(10);
        Assert.True(_tracker.Saw(Message(11)));
        Assert.True(_tracker.Saw(Message(12)));
        Assert.Equal([11u, 12u], Due());
        Assert.Equal(ConversationStep.Nothing, Next());
    }

    [Fact]
    public void Repeated_message_is_due_once()
    {
        _tracker.StartAfter(0);
        Assert.True(_tracker.Saw(Message(1)));
        Assert.False(_tracker.Saw(Message(1)));
        Assert.Equal([1u], Due());
        Assert.False(_tracker.Saw(Message(1)));
        Assert.Empty(Due());
    }

    [Fact]
    public void Messages_that_overtook_each_other_are_put_in_order()
    {
        _tracker.StartAfter(0);
        _tracker.Saw(Message(3));
        _tracker.Saw(Message(1));
        _tracker.Saw(Message(2));
        Assert.Equal([1u, 2u, 3u], Due());
    }

    [Fact]
    public void Gap_is_fetched_before_what_is_behind_it()
    {
        _tracker.StartAfter(4);
        _tracker.Saw(Message(8));
        Assert.Equal(ConversationStep.Fetch(7u, 5, 7), Next());

        _tracker.Filled(5, 7, [Message(7), Message(6), Message(5)]);
        Assert.Equal([5u, 6u, 7u, 8u], Due());
    }

    [Fact]
    public void Part_of_a_gap_that_an_answer_left_out_at_its_older_end_is_fetched_too()
    {
        _tracker.StartAfter(0);
        _tracker.Saw(Message(6));
        _tracker.Filled(1, 5, [Message(5), Message(4)]);
        Assert.Equal(ConversationStep.Fetch(7u, 1, 3), Next());

        _tracker.Filled(1, 3, [Message(3), Message(2), Message(1)]);
        Assert.Equal([1u, 2u, 3u, 4u, 5u, 6u], Due());
    }

    [Fact]
    public void Message_the_history_does_not_have_holds_nobody_up()
    {
        _tracker.StartAfter(0);
        _tracker.Saw(Message(5));
        _tracker.Filled(1, 4, [Message(4), Message(2)]);
        Assert.Equal(ConversationStep.Fetch(7u, 1, 1), Next());

        _tracker.Filled(1, 1, []);
        Assert.Equal([2u, 4u, 5u], Due());
    }

    [Fact]
    public void Long_time_away_from_a_group_is_passed_over_in_few_steps()
    {
        // A member up to 50, not one up to 1,000,000, and one again: only what came after that is to be seen.
        const uint hidden = 1_000_000;
        _tracker.StartAfter(50);
        _tracker.Saw(Message(hidden + 301));
        var requests = 0;
        List<uint> due = [];
        for (var step = Next(); step.Kind != ConversationStepKind.Nothing; step = Next())
        {
            if (step.Kind == ConversationStepKind.Deliver)
            {
                due.Add(step.Message!.Id);
                continue;
            }

            requests++;
            Assert.InRange(step.To - step.From + 1, 1u, (uint)ConversationTracker.PageSize);
            _tracker.Filled(step.From, step.To, [.. Backwards(step).Where(id => id > hidden).Select(Message)]);
        }

        Assert.Equal(Enumerable.Range(1, 301).Select(number => hidden + (uint)number), due);
        Assert.InRange(requests, 1, 200);

        static IEnumerable<uint> Backwards(ConversationStep step)
        {
            for (var id = step.To; id >= step.From; id--)
                yield return id;
        }
    }

    [Fact]
    public void Long_gap_is_fetched_from_its_older_end_in_pages()
    {
        _tracker.StartAfter(0);
        _tracker.SawHead(250);
        Assert.Equal(ConversationStep.Fetch(7u, 1, 100), Next());

        _tracker.Filled(1, 100, [.. Enumerable.Range(1, 100).Reverse().Select(id => Message((uint)id))]);
        Assert.Equal(Enumerable.Range(1, 100).Select(id => (uint)id), Due());
        Assert.Equal(ConversationStep.Fetch(7u, 101, 200), Next());
    }

    [Fact]
    public void Own_message_counts_and_is_never_due()
    {
        _tracker.StartAfter(0);
        _tracker.SawOwn(1);
        _tracker.Saw(Message(2));
        _tracker.Saw(Message(3));
        _tracker.SawOwn(3);
        Assert.Equal([2u], Due());
        Assert.Equal(3u, _tracker.Last);
    }

    [Fact]
    public void Message_that_cannot_be_judged_yet_holds_up_what_is_behind_it()
    {
        _tracker.StartAfter(0);
        _tracker.Saw(Message(1));
        _tracker.Saw(Message(2));
        Assert.Equal(ConversationStep.Nothing, _tracker.Next(message => message.Id == 1));

        _tracker.SawOwn(1);
        Assert.Equal([2u], Due());
    }

    [Fact]
    public void First_message_of_all_needs_no_starting_point()
    {
        _tracker.Saw(Message(1));
        Assert.Equal([1u], Due());
    }

    [Fact]
    public void Unknown_conversation_asks_where_it_starts()
    {
        _tracker.Saw(Message(40));
        _tracker.Saw(Message(41));
        Assert.Equal(ConversationStep.FindStart(7u, 39), Next());

        _tracker.StartAfter(38);
        Assert.Equal(ConversationStep.Fetch(7u, 39, 39), Next());
        _tracker.Filled(39, 39, [Message(39)]);
        Assert.Equal([39u, 40u, 41u], Due());
    }

    [Fact]
    public void Starting_point_makes_earlier_messages_history()
    {
        _tracker.Saw(Message(5));
        _tracker.Saw(Message(6));
        _tracker.StartAfter(5);
        Assert.Equal([6u], Due());
        Assert.Equal(0, _tracker.Waiting);
    }

    [Fact]
    public void Any_arrival_with_losses_repeats_and_wrong_order_ends_in_each_message_once_and_in_order()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var total = (uint)random.Next(1, 260);
            var own = Enumerable.Range(1, (int)total).Where(_ => random.Next(4) == 0).Select(id => (uint)id).ToHashSet();
            var tracker = new ConversationTracker(new Peer(7));
            tracker.StartAfter(0);

            var arrivals = Enumerable.Range(1, (int)total).Select(id => (uint)id)
                .Where(_ => random.Next(3) > 0)
                .SelectMany(id => Enumerable.Repeat(id, random.Next(1, 3)))
                .OrderBy(id => id + random.Next(20))
                .ToList();

            List<uint> due = [];
            void Drain(bool fetch)
            {
                while (true)
                {
                    var step = tracker.Next(_ => false);
                    if (step.Kind == ConversationStepKind.Deliver)
                        due.Add(step.Message!.Id);
                    else if (step.Kind == ConversationStepKind.Fetch && fetch)
                        Fetch(step);
                    else
                        return;
                }
            }

            void Fetch(ConversationStep step)
            {
                var to = (int)step.To;
                var kept = random.Next(1, to - (int)step.From + 2);
                foreach (var mine in own.Where(id => id >= step.From && id <= step.To))
                    tracker.SawOwn(mine);
                tracker.Filled(step.From, step.To, [.. Enumerable.Range(to - kept + 1, kept).Select(id => Message((uint)id))]);
            }

            foreach (var id in arrivals)
            {
                if (own.Contains(id))
                    tracker.SawOwn(id);
                else
                    tracker.Saw(Message(id));
                Drain(fetch: random.Next(5) == 0);
            }

            tracker.SawHead(total);
            Drain(fetch: true);
            Assert.Equal(Enumerable.Range(1, (int)total).Select(id => (uint)id).Where(id => !own.Contains(id)), due);
        }
    }

    private static ChatMessage Message(uint id) =>
        new(new Peer(7), id, from: 7, timeSeconds: 0, MsgType.SingleText, ReadOnlyMemory<byte>.Empty, TextCipher.Default);

    private ConversationStep Next() => _tracker.Next(_ => false);

    private List<uint> Due()
    {
        List<uint> due = [];
        while (Next() is { Kind: ConversationStepKind.Deliver, Message: { } message })
            due.Add(message.Id);
        return due;
    }
}
