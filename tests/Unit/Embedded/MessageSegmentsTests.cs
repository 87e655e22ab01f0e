using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Embedded;

/// <summary>A conversation whose messages lie in several segments of the table reads as one.</summary>
public sealed class MessageSegmentsTests(MessageSegmentsTests.Fixture fixture) : IClassFixture<MessageSegmentsTests.Fixture>
{
    [Fact]
    public async Task Conversation_has_a_run_in_each_of_three_segments() => Assert.Equal(
        3, await Sqlite.QueryAsync($"SELECT count(DISTINCT segment) FROM run WHERE conversation = {Key(fixture.Conversation)}"));

    [Fact]
    public async Task Range_runs_across_segments()
    {
        var read = await Sqlite.Store.ReadRangeAsync(fixture.Conversation, 1, 1_024, Deadline.Token);
        Assert.Equal(fixture.Rows.Select(row => row.MessageId), read.Select(message => message.MessageId));
        Assert.All(fixture.Rows.Zip(read), pair => Assert.Equal(pair.First.Body.ToArray(), pair.Second.Body.ToArray()));

        var part = await Sqlite.Store.ReadRangeAsync(fixture.Conversation, 8, 13, Deadline.Token);
        Assert.Equal([8, 9, 10, 11, 12, 13], part.Select(message => (int)message.MessageId));
    }

    [Fact]
    public async Task Every_message_is_found_by_its_id()
    {
        var facts = await Sqlite.Store.FactsAsync(
            [.. fixture.Rows.Select(row => (row.Conversation, row.MessageId))], Deadline.Token);
        Assert.Equal(fixture.Rows.Select(row => row.MessageId), facts.Select(fact => fact!.MessageId));
    }

    [Fact]
    public async Task Head_and_bound_look_across_segments()
    {
        Assert.Equal(30u, (await Sqlite.Store.HeadsAsync([fixture.Conversation], Deadline.Token))[0]!.MessageId);
        for (uint id = 1; id <= 30; id++)
        {
            var bound = fixture.Rows[(int)id - 1].Position.WriteTimestamp + 1;
            var head = (await Sqlite.Store.LoadAsync([(fixture.Conversation, bound)], Deadline.Token))[0];
            Assert.Equal(id, head!.MessageId);
        }
    }

    [Fact]
    public async Task Window_looks_across_segments()
    {
        var window = await Sqlite.Store.LoadWindowAsync(fixture.Conversation, long.MaxValue, 25, 0, 100, Deadline.Token);
        Assert.Equal(Enumerable.Range(1, 24).Reverse(), window.Select(head => (int)head.MessageId));
    }

    [Fact]
    public async Task Replay_finds_the_old_rows_in_their_segments()
    {
        var batch = new StoreBatch();
        batch.Messages.AddRange(fixture.Rows);
        await Sqlite.Store.WriteAsync(batch, Deadline.Token);

        Assert.Equal(30, await Sqlite.QueryAsync($"SELECT count(*) FROM message WHERE conversation = {Key(fixture.Conversation)}"));
        Assert.Equal(3, await Sqlite.QueryAsync($"SELECT count(*) FROM run WHERE conversation = {Key(fixture.Conversation)}"));
    }

    [Fact]
    public async Task Messages_that_come_late_are_found_too()
    {
        // Never in the order of a log; the store keeps its promise all the same.
        var late = Fresh.Pair();
        var rows = Fresh.Messages(late, firstId: 1, count: 12);
        foreach (var i in new[] { 6, 2, 11, 0, 7, 3, 10, 1, 9, 4, 8, 5 })
        {
            var batch = new StoreBatch();
            batch.Messages.Add(rows[i]);
            await Sqlite.Store.WriteAsync(batch, Deadline.Token);
        }

        var read = await Sqlite.Store.ReadRangeAsync(late, 1, 100, Deadline.Token);
        Assert.Equal(rows.Select(row => row.MessageId), read.Select(message => message.MessageId));
    }

    private OpenSqlite Sqlite => fixture.Sqlite;

    private static long Key(ConversationId conversation) => (long)conversation.Value;

    /// <summary>Ten messages of a conversation at a time, with more than a segment of others in between.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private readonly SqliteFolder _folder = new();

        internal OpenSqlite Sqlite { get; private set; } = null!;

        internal ConversationId Conversation { get; } = Fresh.Group();

        internal List<MessageRow> Rows { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            Sqlite = _folder.Open();
            Rows = Fresh.Messages(Conversation, firstId: 1, count: 30);
            var others = Fresh.Pair();
            uint next = 1;
            foreach (var ten in Rows.Chunk(10))
            {
                await WriteAsync(ten);
                for (var i = 0; i < 9; i++, next += 4_000)
                    await WriteAsync(Fresh.Messages(others, next, 4_000, next));
            }
        }

        public ValueTask DisposeAsync()
        {
            Sqlite.Dispose();
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task WriteAsync(IEnumerable<MessageRow> rows)
        {
            var batch = new StoreBatch();
            batch.Messages.AddRange(rows);
            await Sqlite.Store.WriteAsync(batch, CancellationToken.None);
        }
    }
}
