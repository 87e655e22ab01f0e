using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Embedded;

public sealed class SqlitePersistCommitTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_records_and_progress_are_there_together()
    {
        using var sqlite = _folder.Open();
        var unit = Unit(out var pair);
        await sqlite.Commit.CommitAsync(unit, Deadline.Token);

        using var killed = _folder.CopyAsAfterKill();
        using var restarted = killed.Open();
        Assert.Equal(3, (await restarted.Store.ReadRangeAsync(pair, 1, 10, Deadline.Token)).Count);
        Assert.Equal([new(pair, 77)], await restarted.Store.ConversationsOfAsync(pair.Low, 0, 10, Deadline.Token));
        Assert.Equal([2u], await restarted.Store.ReadMarksAsync([(pair.High, pair)], Deadline.Token));
        Assert.Equal(4, (await restarted.Store.ReadProgressAsync(1, Deadline.Token))[0]);
        Assert.Equal([new(1, 0, 3, -1)], await restarted.Store.ReadSkipsAsync(1, 0, 0, Deadline.Token));
        Assert.Equal([3u], (await restarted.Outbound.TakeAsync(1)).Select(taken => taken.MessageId));
    }

    [Fact]
    public async Task Nothing_of_a_unit_is_there_when_a_part_of_it_fails()
    {
        using var sqlite = _folder.Open();
        await sqlite.Writer.RunAsync(session => session.ExecuteScript("ALTER TABLE progress RENAME TO gone"), Deadline.Token);
        await Assert.ThrowsAsync<SqliteErrorException>(async () => await sqlite.Commit.CommitAsync(Unit(out _), Deadline.Token));

        foreach (var table in new[] { "message", "run", "activity", "read_mark", "skip", "outbound", "gone" })
            Assert.Equal(0, await sqlite.QueryAsync($"SELECT count(*) FROM {table}"));
    }

    [Fact]
    public async Task Unit_may_be_repeated_as_it_is()
    {
        using var sqlite = _folder.Open();
        var unit = Unit(out var pair);
        await sqlite.Commit.CommitAsync(unit, Deadline.Token);
        await sqlite.Commit.CommitAsync(unit, Deadline.Token);

        Assert.Equal([1u, 2u, 3u], (await sqlite.Store.ReadRangeAsync(pair, 1, 10, Deadline.Token)).Select(message => message.MessageId));
        Assert.Equal([3u, 3u], (await sqlite.Outbound.TakeAsync(2)).Select(taken => taken.MessageId));
    }

    [Fact]
    public async Task Unit_of_progress_alone_is_committed()
    {
        using var sqlite = _folder.Open();
        await sqlite.Commit.CommitAsync(new(1, new(), [], [(0, 9)]), Deadline.Token);
        Assert.Equal(9, (await sqlite.Store.ReadProgressAsync(1, Deadline.Token))[0]);
    }

    [Fact]
    public async Task Record_of_another_partition_is_refused()
    {
        using var sqlite = _folder.Open();
        var unit = new PersistUnit(1, new(), [(1, PersistUnits.Record(1))], [(1, 9)]);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await sqlite.Commit.CommitAsync(unit, Deadline.Token));
    }

    private static PersistUnit Unit(out ConversationId pair)
    {
        pair = Fresh.Pair();
        var rows = new StoreBatch();
        rows.Messages.AddRange(Fresh.Messages(pair, firstId: 1, count: 3));
        rows.Activities.Add(new(pair.Low, pair, 77, new(1, 0, 2, 0)));
        rows.ReadMarks.Add(new(pair.High, pair, 2));
        rows.Skips.Add(new(new(1, 0, 3, -1), "damaged"));
        return new(1, rows, [(0, PersistUnits.Record(3))], [(0, 4)]);
    }
}
