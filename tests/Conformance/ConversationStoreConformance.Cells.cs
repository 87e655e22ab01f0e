using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>Every write may be repeated, by anybody, in any order: the later timestamp wins, ties go to the larger value.</summary>
public abstract partial class ConversationStoreConformance
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Later_timestamp_wins_whatever_comes_first(bool laterFirst)
    {
        var conversation = Fresh.Pair();
        MessageRow earlier = new(conversation, 1, new(1, 0, 5, 4_095), Meta(9), new byte[] { 9, 9, 9 });
        MessageRow later = new(conversation, 1, new(1, 0, 6, 0), Meta(1), new byte[] { 1 });
        await WriteOneByOneAsync(laterFirst ? [later, earlier] : [earlier, later]);

        await AssertCellsAsync(conversation, later.Meta, later.Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tie_goes_to_the_larger_value_cell_by_cell(bool swapped)
    {
        var conversation = Fresh.Pair();
        var position = new LogPosition(1, 0, 5, 7);
        var (small, large) = InOrder(Meta(1), Meta(2));

        // Bytes count as unsigned, and what goes on is larger than what ends.
        MessageRow one = new(conversation, 1, position, large, new byte[] { 0x7F, 0xFF, 0xFF });
        MessageRow other = new(conversation, 1, position, small, new byte[] { 0x80 });
        await WriteOneByOneAsync(swapped ? [other, one] : [one, other]);
        await AssertCellsAsync(conversation, large, new byte[] { 0x80 });

        await WriteOneByOneAsync(other with { Body = new byte[] { 0x80, 0x00 } }, other);
        await AssertCellsAsync(conversation, large, new byte[] { 0x80, 0x00 });
    }

    [Fact]
    public async Task Replay_changes_nothing()
    {
        var conversation = Fresh.Pair();
        var rows = Fresh.Messages(conversation, firstId: 1, count: 50);
        await WriteAsync([.. rows]);
        MessageRow edited = rows[20] with { Position = new(1, 0, 200, 0), Body = new byte[] { 42 } };
        await WriteAsync(edited);

        await WriteAsync([.. rows]);
        await WriteAsync([.. rows.Skip(30)]);
        await WriteAsync([.. rows.Take(10)]);

        rows[20] = edited;
        Assert.All(rows.Zip(await Store.ReadRangeAsync(conversation, 1, 100, Deadline.Token)), AssertSame);
    }

    [Fact]
    public async Task Same_writes_end_in_the_same_cells_in_any_order()
    {
        var conversations = Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? Fresh.Pair() : Fresh.Group()).ToArray();
        var random = new Random(20261122);
        var writes = Enumerable.Range(0, 400).Select(_ => new MessageRow(
            conversations[random.Next(conversations.Length)],
            (uint)random.Next(1, 6),
            new(1, 0, random.Next(4), random.Next(2)),
            Meta((ulong)random.Next(3)),
            new[] { (byte)random.Next(256) })).ToArray();

        var expected = writes.GroupBy(row => (row.Conversation, row.MessageId)).ToDictionary(
            rows => rows.Key,
            rows => (Meta: Winner(rows, row => row.Meta), Body: Winner(rows, row => row.Body)));

        random.Shuffle(writes);
        foreach (var some in writes.Chunk(37))
            await WriteAsync(some);
        await WriteAsync(writes);

        foreach (var (key, cells) in expected)
        {
            var read = Assert.Single(await Store.ReadRangeAsync(key.Conversation, key.MessageId, key.MessageId, Deadline.Token));
            Assert.Equal(cells.Meta.ToArray(), read.Meta.ToByteArray());
            Assert.Equal(cells.Body.ToArray(), read.Body.ToArray());
        }

        foreach (var ids in expected.Keys.GroupBy(key => key.Conversation, key => (int)key.MessageId))
            Assert.Equal(ids.Order(), await IdsAsync(ids.Key, 1, 100));

        static ReadOnlyMemory<byte> Winner(IEnumerable<MessageRow> rows, Func<MessageRow, ReadOnlyMemory<byte>> cell) =>
            rows.Select(row => (row.Position.WriteTimestamp, Value: cell(row)))
                .Aggregate((left, right) => left.WriteTimestamp != right.WriteTimestamp
                    ? left.WriteTimestamp > right.WriteTimestamp ? left : right
                    : left.Value.Span.SequenceCompareTo(right.Value.Span) >= 0 ? left : right)
                .Value;
    }

    private static byte[] Meta(ulong hash) => new MessageMeta { Sender = 1, MessageType = 1, TimeMs = 1, Hash = hash }.ToByteArray();

    private static (byte[] Small, byte[] Large) InOrder(byte[] one, byte[] other) =>
        one.AsSpan().SequenceCompareTo(other) < 0 ? (one, other) : (other, one);

    private async Task WriteOneByOneAsync(params MessageRow[] rows)
    {
        foreach (var row in rows)
            await WriteAsync(row);
    }

    private async Task AssertCellsAsync(ConversationId conversation, ReadOnlyMemory<byte> meta, ReadOnlyMemory<byte> body)
    {
        var read = Assert.Single(await Store.ReadRangeAsync(conversation, 1, 10, Deadline.Token));
        Assert.Equal(meta.ToArray(), read.Meta.ToByteArray());
        Assert.Equal(body.ToArray(), read.Body.ToArray());
    }
}
