using BrokerIm.Core.Values;
using BrokerIm.Gateway.Inbound;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Gateway.Inbound;

public sealed class SentMemoryTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly SentMemory _memory;

    public SentMemoryTests() => _memory = new(_time);

    [Fact]
    public void Same_content_under_the_same_sequence_has_the_same_id()
    {
        _memory.Remember(7, contentHash: 99, Id(1));

        Assert.True(_memory.TryRecall(7, 99, out var id));
        Assert.Equal(Id(1), id);
    }

    [Theory]
    [InlineData(7, 98)]
    [InlineData(8, 99)]
    public void Other_content_or_another_sequence_is_another_message(ushort sequence, ulong hash)
    {
        _memory.Remember(7, contentHash: 99, Id(1));

        Assert.False(_memory.TryRecall(sequence, hash, out _));
    }

    [Fact]
    public void Resend_is_recognised_for_fifteen_seconds()
    {
        _memory.Remember(7, 99, Id(1));
        _time.Advance(TimeSpan.FromSeconds(15));
        Assert.True(_memory.TryRecall(7, 99, out _));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_memory.TryRecall(7, 99, out _));
    }

    [Fact]
    public void Sequence_zero_names_nothing()
    {
        _memory.Remember(0, 99, Id(1));

        Assert.False(_memory.TryRecall(0, 99, out _));
    }

    [Fact]
    public void Sequence_used_again_names_the_later_message()
    {
        _memory.Remember(7, 99, Id(1));
        _memory.Remember(7, 100, Id(2));

        Assert.False(_memory.TryRecall(7, 99, out _));
        Assert.True(_memory.TryRecall(7, 100, out var id));
        Assert.Equal(Id(2), id);
    }

    [Fact]
    public void Memory_is_bounded_and_keeps_the_latest()
    {
        const ushort Sent = SentMemory.MaxSlots + 100;
        for (ushort sequence = 1; sequence <= Sent; sequence++)
            _memory.Remember(sequence, sequence, Id(sequence));

        var recalled = Enumerable.Range(1, Sent).Where(sequence => _memory.TryRecall((ushort)sequence, (ulong)sequence, out _)).ToList();
        Assert.Equal(SentMemory.MaxSlots, recalled.Count);
        Assert.Contains(Sent, recalled);
    }

    [Fact]
    public void Answer_is_noted()
    {
        _memory.Remember(7, 0, Id(1));
        _time.Advance(TimeSpan.FromMilliseconds(30));

        var sent = _memory.Find(7, null)!.Value;
        _memory.MarkAnswered(7, null);

        Assert.Equal((false, Id(1)), (sent.Answered, sent.Id));
        Assert.Equal(TimeSpan.FromMilliseconds(30), _time.GetElapsedTime(sent.ReceivedAt));
        Assert.True(_memory.Find(7, null)!.Value.Answered);
    }

    [Fact]
    public void Message_sent_again_is_owed_an_answer_again()
    {
        _memory.Remember(7, 99, Id(1));
        _memory.MarkAnswered(7, null);
        _memory.Remember(7, 99, Id(1));

        Assert.False(_memory.Find(7, null)!.Value.Answered);
    }

    [Fact]
    public void Message_without_a_sequence_is_answered_by_its_id_each_time_it_is_sent()
    {
        _memory.Remember(0, 0, Id(1));
        _memory.MarkAnswered(0, Id(1));
        _memory.Remember(0, 0, Id(1));

        Assert.False(_memory.Find(0, Id(1))!.Value.Answered);
    }

    [Fact]
    public void Message_is_found_by_its_id()
    {
        _memory.Remember(7, 99, Id(1));

        Assert.Equal(7, _memory.Find(0, Id(1))!.Value.Sequence);
        Assert.Null(_memory.Find(0, Id(2)));
        Assert.Null(_memory.Find(0, null));
    }

    [Fact]
    public void Answer_that_is_given_up_is_not_owed_and_may_still_be_given()
    {
        _memory.Remember(7, 99, Id(1));
        _memory.GiveUp(7, null);

        Assert.False(_memory.HasUnansweredUntil(_time.GetTimestamp()));
        Assert.False(_memory.Find(7, null)!.Value.Answered);
    }

    [Fact]
    public void Only_young_messages_up_to_the_moment_are_owed_an_answer()
    {
        _memory.Remember(1, 0, Id(1));
        var before = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(1));
        _memory.Remember(2, 0, Id(2));

        Assert.True(_memory.HasUnansweredUntil(before));
        _memory.MarkAnswered(1, null);
        Assert.False(_memory.HasUnansweredUntil(before));
        Assert.True(_memory.HasUnansweredUntil(_time.GetTimestamp()));

        _time.Advance(SentMemory.Lifetime + TimeSpan.FromMilliseconds(1));
        Assert.False(_memory.HasUnansweredUntil(_time.GetTimestamp()));
    }

    private static ClientMessageId Id(ulong number) => new(number, number);
}
