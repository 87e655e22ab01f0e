using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>An erased message has lost its content for good, and nothing else.</summary>
public abstract partial class ConversationStoreConformance
{
    [Fact]
    public async Task Erased_message_keeps_its_place_and_its_facts()
    {
        var conversation = Fresh.Pair();
        var rows = Fresh.Messages(conversation, firstId: 1, count: 5);
        await WriteAsync([.. rows]);
        await EraseAsync(Erasure(rows[1], offset: 90), Erasure(rows[4], offset: 90));

        var read = await Another.ReadRangeAsync(conversation, 1, 10, Deadline.Token);
        AssertErased(rows[1], read[1]);
        AssertErased(rows[4], read[4]);
        Assert.All(new[] { 0, 2, 3 }, i => AssertSame((rows[i], read[i])));
        Assert.Equal(5, read.Count);

        var head = MessageMeta.Parser.ParseFrom(rows[4].Meta.Span);
        Assert.Equal(new(5, head), (await Store.HeadsAsync([conversation], Deadline.Token))[0]);
        Assert.Equal(new(5, head), (await Store.FactsAsync([(conversation, 5)], Deadline.Token))[0]);

        // Erased above a bound, it is still a message below it.
        Assert.Equal(new(5, head), (await Store.LoadAsync([(conversation, LogPosition.Bound(1, 50))], Deadline.Token))[0]);
        var window = await Store.LoadWindowAsync(conversation, LogPosition.Bound(1, 50), 6, 0, 10, Deadline.Token);
        Assert.Equal([5u, 4u, 3u, 2u, 1u], window.Select(message => message.MessageId));
    }

    [Theory]
    [InlineData("m e m")]
    [InlineData("m e e m")]
    [InlineData("m e m e m")]
    [InlineData("me m")]
    [InlineData("me me e m")]
    [InlineData("m l e m")]
    [InlineData("m e l m")]
    [InlineData("me l m e")]
    public async Task Erased_message_stays_erased_whatever_is_written_again(string writes)
    {
        var conversation = Fresh.Group();
        var row = Fresh.Messages(conversation, firstId: 1, count: 1, firstOffset: 5)[0];
        foreach (var write in writes.Split(' '))
        {
            var batch = new StoreBatch();
            foreach (var letter in write)
            {
                switch (letter)
                {
                    case 'm':
                        batch.Messages.Add(row);
                        break;
                    case 'e':
                        batch.Erasures.Add(Erasure(row, offset: 6));
                        break;
                    default:
                        batch.Erasures.Add(Erasure(row, offset: 7));
                        break;
                }
            }

            await Store.WriteAsync(batch, Deadline.Token);
        }

        AssertErased(row, Assert.Single(await Store.ReadRangeAsync(conversation, 1, 10, Deadline.Token)));
        var last = writes.Contains('l', StringComparison.Ordinal) ? 7 : 6;
        Assert.Equal(
            [new MessageWritten(1, row.Position.WriteTimestamp, new LogPosition(1, 0, last, 0).WriteTimestamp)],
            await Store.ReadWrittenAsync(conversation, 1, 10, Deadline.Token));
    }

    [Fact]
    public async Task Erasures_reach_every_bucket_and_written_tells_which()
    {
        var conversation = Fresh.Pair();
        var rows = Fresh.Messages(conversation, firstId: 1, count: 8_200);
        foreach (var some in rows.Chunk(2_000))
            await WriteAsync(some);
        MessageRow[] named = [rows[0], rows[4_095], rows[4_096], rows[8_192], rows[8_199]];
        await EraseAsync([.. named.Select(row => Erasure(row, offset: 9_000))]);

        Assert.Equal(named.Select(row => row.MessageId), (await RewrittenAsync(1, 8_200)).Order());
        Assert.Equal([4_096u, 4_097u], (await RewrittenAsync(4_000, 5_000)).Order());
        foreach (var row in named)
            AssertErased(row, Assert.Single(await Store.ReadRangeAsync(conversation, row.MessageId, row.MessageId, Deadline.Token)));

        async Task<List<uint>> RewrittenAsync(uint from, uint to)
        {
            var found = new List<uint>();
            for (; from <= to; from += 1_000)
            {
                var written = await Store.ReadWrittenAsync(conversation, from, Math.Min(to, from + 999), Deadline.Token);
                Assert.Equal(written.Select(one => one.MessageId).Order(), written.Select(one => one.MessageId));
                found.AddRange(written.Where(one => one.BodyAt > one.MetaAt).Select(one => one.MessageId));
            }

            return found;
        }
    }

    private static ErasureRow Erasure(MessageRow row, long offset) => new(
        row.Conversation,
        row.MessageId,
        new(1, 0, offset, 0),
        MessageErasure.BodyOf(row.Conversation, row.MessageId, MessageMeta.Parser.ParseFrom(row.Meta.Span)));

    private static void AssertErased(MessageRow row, StoredMessage read)
    {
        Assert.Equal(row.MessageId, read.MessageId);
        Assert.Equal(row.Meta.ToArray(), read.Meta.ToByteArray());
        Assert.Equal(Erasure(row, offset: 0).Body.ToArray(), read.Body.ToArray());
    }

    private async Task EraseAsync(params ErasureRow[] rows)
    {
        var batch = new StoreBatch();
        batch.Erasures.AddRange(rows);
        await Store.WriteAsync(batch, Deadline.Token);
    }
}
