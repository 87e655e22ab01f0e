using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every conversation store promises of messages; one subclass per adapter.</summary>
public abstract partial class ConversationStoreConformance
{
    /// <summary>The store under test.</summary>
    protected abstract IConversationStore Store { get; }

    /// <summary>The same store as another process sees it.</summary>
    protected abstract IConversationStore Another { get; }

    [Fact]
    public async Task Range_is_ascending_and_without_holes()
    {
        var conversation = Fresh.Pair();
        var written = Fresh.Messages(conversation, firstId: 1, count: 300);
        await WriteAsync([.. written.Take(100)]);
        await WriteAsync([.. written.Skip(100)]);

        var read = await Store.ReadRangeAsync(conversation, 1, 1_024, Deadline.Token);
        Assert.Equal(Enumerable.Range(1, 300).Select(id => (uint)id), read.Select(message => message.MessageId));
        Assert.All(written.Zip(read), AssertSame);
    }

    [Fact]
    public async Task Range_holds_what_was_asked_for_and_is_there()
    {
        var conversation = Fresh.Pair();
        await WriteAsync([.. Fresh.Messages(conversation, firstId: 1, count: 20)]);

        Assert.Equal([7, 8, 9], await IdsAsync(conversation, 7, 9));
        Assert.Equal([20], await IdsAsync(conversation, 20, 1_000));
        Assert.Equal([1, 2], await IdsAsync(conversation, 1, 2));
        Assert.Empty(await IdsAsync(conversation, 21, 30));
        Assert.Empty(await IdsAsync(Fresh.Pair(), 1, 1_000));
    }

    [Fact]
    public async Task Batch_over_many_conversations_reaches_each()
    {
        var conversations = Enumerable.Range(0, 200).Select(i => i % 4 == 0 ? Fresh.Group() : Fresh.Pair()).ToList();
        var rows = conversations.SelectMany(conversation => Fresh.Messages(conversation, 1, 3)).ToArray();
        await WriteAsync(rows);

        foreach (var conversation in conversations)
        {
            var read = await Store.ReadRangeAsync(conversation, 1, 10, Deadline.Token);
            Assert.All(rows.Where(row => row.Conversation == conversation).Zip(read), AssertSame);
            Assert.Equal(3, read.Count);
        }
    }

    [Fact]
    public async Task Empty_body_and_large_body_are_kept()
    {
        var conversation = Fresh.Group();
        MessageRow[] rows =
        [
            new(conversation, 1, new(1, 0, 0, 0), Fresh.Meta().ToByteArray(), ReadOnlyMemory<byte>.Empty),
            new(conversation, 2, new(1, 0, 0, 1), Fresh.Meta().ToByteArray(), new byte[256 * 1024]),
        ];
        await WriteAsync(rows);

        Assert.All(rows.Zip(await Store.ReadRangeAsync(conversation, 1, 2, Deadline.Token)), AssertSame);
    }

    [Fact]
    public async Task Heads_come_in_the_order_asked_and_null_where_there_is_none()
    {
        var (first, second, group, empty) = (Fresh.Pair(), Fresh.Pair(), Fresh.Group(), Fresh.Pair());
        await WriteAsync(
            [.. Fresh.Messages(first, 1, 3), .. Fresh.Messages(second, 1, 7), .. Fresh.Messages(group, 1, 1)]);

        var heads = await Store.HeadsAsync([group, empty, second, first, second], Deadline.Token);
        Assert.Equal([1u, null, 7u, 3u, 7u], heads.Select(head => head?.MessageId));
        Assert.Equal(7_000ul, heads[2]!.Meta.TimeMs);
        Assert.Empty(await Store.HeadsAsync([], Deadline.Token));
    }

    [Fact]
    public async Task Facts_are_those_of_the_message_asked_for()
    {
        var (one, other) = (Fresh.Pair(), Fresh.Group());
        var rows = Fresh.Messages(one, 1, 5);
        await WriteAsync([.. rows, .. Fresh.Messages(other, 1, 2)]);

        var facts = await Store.FactsAsync([(one, 4), (other, 3), (one, 1), (other, 2), (Fresh.Pair(), 1)], Deadline.Token);
        Assert.Equal([4u, null, 1u, 2u, null], facts.Select(fact => fact?.MessageId));
        Assert.Equal(MessageMeta.Parser.ParseFrom(rows[3].Meta.Span), facts[0]!.Meta);
    }

    [Fact]
    public async Task Bound_hides_leftovers()
    {
        var conversation = Fresh.Pair();
        await WriteAsync([.. Fresh.Messages(conversation, firstId: 1, count: 5, firstOffset: 10)]);

        Assert.Equal(5u, await LoadAsync(offset: 15));
        Assert.Equal(4u, await LoadAsync(offset: 14));
        Assert.Equal(1u, await LoadAsync(offset: 11));
        Assert.Null(await LoadAsync(offset: 10));
        Assert.Equal(5u, (await Store.HeadsAsync([conversation], Deadline.Token))[0]!.MessageId);

        async Task<uint?> LoadAsync(long offset) => (await Store.LoadAsync(
            [(Fresh.Pair(), 0), (conversation, LogPosition.Bound(1, offset))], Deadline.Token))[1]?.MessageId;
    }

    [Fact]
    public async Task Bound_covers_whole_records_and_every_entry_of_earlier_epochs()
    {
        var conversation = Fresh.Pair();
        await WriteAsync(
            Row(1, new(1, 0, (1L << 40) - 1, 4_095)), Row(2, new(2, 0, 3, 0)), Row(3, new(2, 0, 3, 4_095)), Row(4, new(2, 0, 4, 0)));

        var bounds = new[] { 3L, 4, 5 }.Select(offset => (conversation, LogPosition.Bound(2, offset))).ToArray();
        var heads = await Store.LoadAsync(bounds, Deadline.Token);
        Assert.Equal([1u, 3u, 4u], heads.Select(head => head?.MessageId));

        MessageRow Row(uint id, LogPosition position) =>
            new(conversation, id, position, Fresh.Meta().ToByteArray(), Fresh.Body());
    }

    [Fact]
    public async Task Window_goes_down_to_the_first_message_before_the_time()
    {
        var conversation = Fresh.Pair();
        var written = Fresh.Messages(conversation, firstId: 1, count: 30);
        await WriteAsync([.. written]);

        Assert.Equal([20, 19, 18, 17], await WindowAsync(beforeId: 21, untilMs: 18_000, max: 100));
        Assert.Equal([20, 19], await WindowAsync(beforeId: 21, untilMs: 18_000, max: 2));
        Assert.Equal([30], await WindowAsync(beforeId: 31, untilMs: 40_000, max: 100));
        Assert.Equal([3, 2, 1], await WindowAsync(beforeId: 4, untilMs: 0, max: 100));
        Assert.Empty(await WindowAsync(beforeId: 1, untilMs: 0, max: 100));

        // Offsets are ids less one: below offset 10 there are ten messages.
        Assert.Equal([10, 9], await WindowAsync(beforeId: 21, untilMs: 10_000, max: 100, offset: 10));

        async Task<IEnumerable<int>> WindowAsync(uint beforeId, long untilMs, int max, long offset = 1_000)
        {
            var window = await Store.LoadWindowAsync(
                conversation, LogPosition.Bound(1, offset), beforeId, untilMs, max, Deadline.Token);
            Assert.All(window, head => Assert.Equal(
                MessageMeta.Parser.ParseFrom(written[(int)head.MessageId - 1].Meta.Span), head.Meta));
            return window.Select(head => (int)head.MessageId);
        }
    }

    [Fact]
    public async Task Thousand_writers_at_once_all_get_through()
    {
        var conversations = Enumerable.Range(0, 1_000).Select(_ => Fresh.Pair()).ToList();
        await Task.WhenAll(conversations.Select(
            conversation => Task.Run(() => WriteAsync([.. Fresh.Messages(conversation, 1, 2)]))));

        var heads = await Store.HeadsAsync(conversations, Deadline.Token);
        Assert.All(heads, head => Assert.Equal(2u, head?.MessageId));
    }

    [Fact]
    public async Task Another_process_sees_what_was_written()
    {
        var conversation = Fresh.Pair();
        for (uint id = 1; id <= 10; id += 2)
        {
            await WriteAsync([.. Fresh.Messages(conversation, id, 1, id)]);
            Assert.Equal(id, (await Another.HeadsAsync([conversation], Deadline.Token))[0]?.MessageId);

            await Another.WriteAsync(Batch([.. Fresh.Messages(conversation, id + 1, 1, id + 1)]), Deadline.Token);
            Assert.Equal(id + 1, (await Store.HeadsAsync([conversation], Deadline.Token))[0]?.MessageId);
        }

        Assert.Equal(Enumerable.Range(1, 10), await IdsAsync(conversation, 1, 100));
    }

    [Fact]
    public async Task Empty_batch_is_nothing()
    {
        await Store.WriteAsync(new(), Deadline.Token);
    }

    private static StoreBatch Batch(params MessageRow[] rows)
    {
        var batch = new StoreBatch();
        batch.Messages.AddRange(rows);
        return batch;
    }

    private static void AssertSame((MessageRow Written, StoredMessage Read) pair)
    {
        Assert.Equal(pair.Written.MessageId, pair.Read.MessageId);
        Assert.Equal(MessageMeta.Parser.ParseFrom(pair.Written.Meta.Span), pair.Read.Meta);
        Assert.Equal(pair.Written.Body.ToArray(), pair.Read.Body.ToArray());
    }

    private Task WriteAsync(params MessageRow[] rows) => Store.WriteAsync(Batch(rows), Deadline.Token).AsTask();

    private async Task<IEnumerable<int>> IdsAsync(ConversationId conversation, uint from, uint to) =>
        (await Store.ReadRangeAsync(conversation, from, to, Deadline.Token)).Select(message => (int)message.MessageId);
}
