using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>Every write may be repeated, by anybody, in any order: the later timestamp wins, ties are decided by the values alone.</summary>
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

    [Fact]
    public async Task Tie_is_decided_cell_by_cell_and_the_same_way_in_any_order()
    {
        var position = new LogPosition(1, 0, 5, 7);
        byte[][] metas = [Meta(1), Meta(2)];
        byte[][] bodies = [[0x7F, 0xFF, 0xFF], [0x80]];
        List<StoredMessage> ends = [];

        // Every pair of writes that brings both values of both cells, in both orders.
        for (var variant = 0; variant < 4; variant++)
        {
            var conversation = Fresh.Pair();
            var (meta, body) = (variant & 1, variant >> 1);
            await WriteOneByOneAsync(
                new(conversation, 1, position, metas[meta], bodies[body]),
                new(conversation, 1, position, metas[1 - meta], bodies[1 - body]),
                new(conversation, 1, position, metas[meta], bodies[body]));
            ends.Add(Assert.Single(await Store.ReadRangeAsync(conversation, 1, 10, Deadline.Token)));
        }

        Assert.Single(ends.Select(end => end.Meta).Distinct());
        Assert.Single(ends.Select(end => Convert.ToHexString(end.Body.Span)).Distinct());
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
        var one = Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? Fresh.Pair() : Fresh.Group()).ToArray();
        var other = one.Select(conversation => conversation.IsGroup ? Fresh.Group() : Fresh.Pair()).ToArray();
        var random = new Random(20261122);
        var writes = Enumerable.Range(0, 400).Select(_ => (
            Conversation: random.Next(one.Length),
            MessageId: (uint)random.Next(1, 6),
            Position: new LogPosition(1, 0, random.Next(4), random.Next(2)),
            Meta: Meta((ulong)random.Next(3)),
            Body: new[] { (byte)random.Next(256) })).ToArray();

        foreach (var conversations in new[] { one, other })
        {
            random.Shuffle(writes);
            foreach (var some in writes.Chunk(37))
                await WriteAsync([.. some.Select(Row)]);
            await WriteAsync([.. writes.Select(Row)]);

            MessageRow Row((int Conversation, uint MessageId, LogPosition Position, byte[] Meta, byte[] Body) write) =>
                new(conversations[write.Conversation], write.MessageId, write.Position, write.Meta, write.Body);
        }

        foreach (var cells in writes.GroupBy(write => (write.Conversation, write.MessageId)))
        {
            var (left, right) = (await ReadAsync(one), await ReadAsync(other));
            Assert.Equal(left.Meta, right.Meta);
            Assert.Equal(left.Body.ToArray(), right.Body.ToArray());

            var latest = cells.MaxBy(write => write.Position.WriteTimestamp).Position;
            var candidates = cells.Where(write => write.Position == latest).ToList();
            Assert.Contains(candidates, write => write.Meta.AsSpan().SequenceEqual(left.Meta.ToByteArray()));
            Assert.Contains(candidates, write => write.Body.AsSpan().SequenceEqual(left.Body.Span));

            async Task<StoredMessage> ReadAsync(ConversationId[] conversations) => Assert.Single(await Store.ReadRangeAsync(
                conversations[cells.Key.Conversation], cells.Key.MessageId, cells.Key.MessageId, Deadline.Token));
        }

        foreach (var ids in writes.Select(write => (write.Conversation, write.MessageId)).Distinct().GroupBy(key => key.Conversation, key => (int)key.MessageId))
            Assert.Equal(ids.Order(), await IdsAsync(one[ids.Key], 1, 100));
    }

    private static byte[] Meta(ulong hash) => new MessageMeta { Sender = 1, MessageType = 1, TimeMs = 1, Hash = hash }.ToByteArray();

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
