using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Conversations;

/// <summary>The rules by which messages get their ids.</summary>
public sealed class ConversationFoldTests
{
    private static readonly UserId s_alice = new(7);
    private static readonly UserId s_bob = new(9);
    private static readonly ConversationId s_pair = ConversationId.Pair(s_alice, s_bob);

    [Fact]
    public void Ids_start_at_one_and_leave_no_gap()
    {
        var state = new ConversationState(null);
        var ids = Enumerable.Range(0, 5).Select(n => Apply(state, Send(s_alice, 1000 + n, n)).MessageId);
        Assert.Equal([1, 2, 3, 4, 5], ids);
    }

    [Fact]
    public void The_first_message_of_each_span_is_its_activity()
    {
        var state = new ConversationState(null);
        long[] times = [0, 1, Limits.ActivitySpanMs - 1, Limits.ActivitySpanMs, Limits.ActivitySpanMs + 1, 5 * Limits.ActivitySpanMs];

        var opens = times.Select((time, n) => Apply(state, Send(s_alice, (7 * Limits.ActivitySpanMs) + time, n)).OpensSpan);

        Assert.Equal([true, false, false, true, false, true], opens);
    }

    [Fact]
    public void A_repeat_gets_the_first_id_and_takes_none()
    {
        var state = new ConversationState(null);
        Apply(state, Send(s_alice, 1000, 1));
        Apply(state, Send(s_bob, 1001, 2));

        var repeat = Apply(state, Send(s_alice, 1000, 1));

        Assert.Equal((DecisionKind.Duplicate, 1u), (repeat.Kind, repeat.MessageId));
        Assert.Equal(2u, state.Head);
    }

    [Fact]
    public void Another_message_under_a_used_client_id_is_a_conflict_and_not_stored()
    {
        var state = new ConversationState(null);
        Apply(state, Send(s_alice, 1000, 1));
        var other = Send(s_alice, 1000, 1);
        other.Data = ByteString.CopyFromUtf8("something else");

        var decision = Apply(state, other);

        Assert.Equal((DecisionKind.Conflict, 1u), (decision.Kind, decision.MessageId));
        Assert.Equal(1u, state.Head);
    }

    [Fact]
    public void Two_senders_may_happen_on_the_same_client_id()
    {
        var state = new ConversationState(null);
        Apply(state, Send(s_alice, 1000, 1));

        var other = Apply(state, Send(s_bob, 1000, 1));

        Assert.Equal((DecisionKind.Stored, 2u), (other.Kind, other.MessageId));
    }

    [Fact]
    public void Times_never_fall_though_gateways_clocks_differ()
    {
        var state = new ConversationState(null);
        Assert.Equal(5000, Apply(state, Send(s_alice, 5000, 1)).TimeMs);
        Assert.Equal(5000, Apply(state, Send(s_bob, 4000, 2)).TimeMs);
        Assert.Equal(5001, Apply(state, Send(s_bob, 5001, 3)).TimeMs);
    }

    [Fact]
    public void A_repeat_that_has_left_the_window_is_stale_and_not_doubled()
    {
        var state = new ConversationState(null);
        var first = Send(s_alice, 1000, 0);
        Apply(state, first);
        for (var n = 1; n <= Limits.DedupeWindow; n++)
            Apply(state, Send(s_bob, 1000 + n, n));

        Assert.Equal(DecisionKind.Stale, Apply(state, first).Kind);
        Assert.Equal((uint)Limits.DedupeWindow + 1, state.Head);
    }

    [Fact]
    public void A_message_published_long_after_its_id_was_made_is_known_by_its_own_time()
    {
        // All made early and published late. Judged by the oldest id's time (501) instead of its message's (9,001), the retry made
        // at 1,000 would pass for a new message.
        var state = new ConversationState(null);
        var late = Send(s_alice, 1000, 0);
        late.StampMs = 9000;
        Apply(state, late);
        for (var n = 1; n <= Limits.DedupeWindow; n++)
            Apply(state, Send(s_bob, n < Limits.DedupeWindow ? 500 + n : 9000 + n, n, stampMs: 9000 + n));

        Assert.Equal((uint)Limits.DedupeWindow + 1, state.Head);
        Assert.Equal(DecisionKind.Stale, Apply(state, late).Kind);
    }

    [Fact]
    public void Messages_of_the_lower_user_are_counted()
    {
        var state = new ConversationState(null);
        Apply(state, Send(s_alice, 1000, 1));
        Apply(state, Send(s_bob, 1001, 2));
        Apply(state, Send(s_alice, 1002, 3));
        Assert.Equal(2u, state.LowCount);
    }

    [Fact]
    public void Strangers_and_groups_without_members_are_refused()
    {
        var state = new ConversationState(null);
        Assert.Equal(DecisionKind.Refused, Apply(state, Send(new(8), 1000, 1)).Kind);

        var group = Send(s_alice, 1000, 1);
        group.Relation = ConversationId.Group(3).Value;
        Assert.Equal(DecisionKind.Refused, Apply(state, group).Kind);
        Assert.Equal(0u, state.Head);
    }

    [Fact]
    public void A_read_mark_that_was_only_read_back_is_written_and_told_once_more()
    {
        var state = new ConversationState(null);
        Apply(state, Send(s_alice, 1000, 1));
        Apply(state, Send(s_alice, 1001, 2));
        state.LearnReadMark(s_bob, 2);

        List<Decision> decisions = [Apply(state, Read(s_bob, 1)), Apply(state, Read(s_bob, 2))];

        Assert.Equal([DecisionKind.Read, DecisionKind.Unchanged], decisions.Select(static decision => decision.Kind));
        Assert.All(decisions, static decision => Assert.Equal(2u, decision.MessageId));
    }

    [Fact]
    public void A_read_mark_never_passes_the_head_and_never_falls()
    {
        var state = new ConversationState(null);
        state.MarkRead(s_alice, 0);
        state.MarkRead(s_bob, 0);
        Apply(state, Send(s_alice, 1000, 1));
        Apply(state, Send(s_alice, 1001, 2));

        Assert.Equal((DecisionKind.Read, 2u), Outcome(Read(s_bob, uint.MaxValue)));
        Assert.Equal((DecisionKind.Unchanged, 1u), Outcome(Read(s_bob, 1)));
        Assert.Equal((0u, 2u), (state.ReadMarkOf(s_alice), state.ReadMarkOf(s_bob)));

        (DecisionKind, uint) Outcome(InboundEntry entry)
        {
            var decision = Apply(state, entry);
            return (decision.Kind, decision.MessageId);
        }
    }

    [Fact]
    public void What_no_gateway_publishes_is_a_defect_and_says_which()
    {
        Assert.Null(ConversationFold.Defect(Send(s_alice, 1000, 1)));
        Assert.Contains("relation", ConversationFold.Defect(With(entry => entry.Relation = 0)), StringComparison.Ordinal);
        Assert.Contains("sender", ConversationFold.Defect(With(entry => entry.Sender = 0)), StringComparison.Ordinal);
        Assert.Contains("client message id", ConversationFold.Defect(With(entry => entry.ClientMessageId = ByteString.Empty)), StringComparison.Ordinal);
        Assert.Contains("type", ConversationFold.Defect(With(entry => entry.MessageType = 0x33)), StringComparison.Ordinal);
        Assert.Contains("kind", ConversationFold.Defect(With(entry => entry.Kind = (EntryKind)14)), StringComparison.Ordinal);

        static InboundEntry With(Action<InboundEntry> damage)
        {
            var entry = Send(s_alice, 1000, 1);
            damage(entry);
            return entry;
        }
    }

    /// <summary>
    /// A fold that forgets, is evicted and reloads at any moment decides like one that remembers everything: random sends, repeats
    /// young and old, late publications.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Forgetting_and_reloading_changes_no_decision(int seed)
    {
        var random = new Random(seed);
        var everything = new ConversationState(null);
        var forgetful = new ConversationState(null);
        var rows = new List<MessageHead>();
        var sent = new List<InboundEntry>();
        var now = 10_000L;

        for (var step = 0; step < 6_000; step++)
        {
            now += random.Next(0, 3);
            var entry = sent.Count > 0 && random.Next(4) == 0
                ? sent[^random.Next(1, Math.Min(sent.Count, random.Next(2) == 0 ? 20 : 3_000) + 1)].Clone()
                : Send(random.Next(2) == 0 ? s_alice : s_bob, now - random.Next(0, 50), step);
            entry.StampMs = (ulong)now;
            sent.Add(entry);

            if (random.Next(50) == 0)
                forgetful = new(rows.LastOrDefault());
            else if (random.Next(50) == 0)
                forgetful.Idle(random.Next(0, 40));

            ClientMessageId.TryRead(entry.ClientMessageId.Span, out var id);
            if (forgetful.NeedsOlder(id.TimeMs))
                forgetful.LearnOlder(Window(rows, forgetful, id.TimeMs));

            var expected = Apply(everything, entry);
            var actual = Apply(forgetful, entry);
            Assert.Equal(expected, actual);
            if (actual.Kind == DecisionKind.Stored)
                rows.Add(new(actual.MessageId, Meta(entry, actual, forgetful.LowCount)));
        }

        Assert.True(everything.Head > 2 * Limits.DedupeWindow);
        Assert.Equal(everything.LowCount, forgetful.LowCount);
    }

    private static List<MessageHead> Window(List<MessageHead> rows, ConversationState state, long untilMs)
    {
        var window = new List<MessageHead>();
        for (var id = state.KnownFrom - 1; id >= state.WindowFrom && id >= 1; id--)
        {
            window.Add(rows[(int)id - 1]);
            if ((long)rows[(int)id - 1].Meta.TimeMs < untilMs)
                break;
        }

        return window;
    }

    private static MessageMeta Meta(InboundEntry entry, Decision decision, uint lowCount) => new()
    {
        ClientMessageId = entry.ClientMessageId,
        Sender = entry.Sender,
        MessageType = entry.MessageType,
        TimeMs = (ulong)decision.TimeMs,
        LowCount = lowCount,
        Hash = decision.Hash,
    };

    private static InboundEntry Send(UserId sender, long madeAtMs, int number, long? stampMs = null)
    {
        var id = ClientMessageId.Create(madeAtMs, BitConverter.GetBytes((long)number).Concat(new byte[8]).ToArray());
        var bytes = new byte[ClientMessageId.Size];
        id.Write(bytes);
        return new()
        {
            Kind = EntryKind.Message,
            Relation = s_pair.Value,
            Sender = sender.Value,
            StampMs = (ulong)(stampMs ?? madeAtMs),
            ClientMessageId = ByteString.CopyFrom(bytes),
            MessageType = 1,
            Data = ByteString.CopyFromUtf8($"message {number}"),
        };
    }

    private static InboundEntry Read(UserId reader, uint id) => new()
    {
        Kind = EntryKind.ReadMark,
        Relation = s_pair.Value,
        Sender = reader.Value,
        ReadId = id,
    };

    // Positions matter to groups only.
    private static Decision Apply(ConversationState state, InboundEntry entry) => ConversationFold.Apply(state, entry, writtenAt: 0);
}
