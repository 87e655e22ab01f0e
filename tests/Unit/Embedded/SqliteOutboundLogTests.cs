using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Embedded;

public sealed class SqliteOutboundLogTests : IDisposable
{
    private const string Rows = "SELECT count(*) FROM outbound";

    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Records_come_in_the_order_of_their_commits()
    {
        using var sqlite = _folder.Open();
        var taking = sqlite.Outbound.TakeAsync(100);
        await TellAsync(sqlite, 1, 100);

        AssertMessages(1, 100, await taking);
        Assert.Equal([(0, 1L)], sqlite.Outbound.Assignments);
    }

    [Fact]
    public async Task Nothing_is_assigned_before_the_reading_began()
    {
        using var sqlite = _folder.Open();
        await TellAsync(sqlite, 1, 1);
        Assert.Empty(sqlite.Outbound.Assignments);
    }

    [Fact]
    public async Task Reading_goes_on_after_a_restart_where_it_ended()
    {
        using (var sqlite = _folder.Open())
        {
            await TellAsync(sqlite, 1, 10);
            AssertMessages(1, 10, await sqlite.Outbound.TakeAsync(10));
            await TellAsync(sqlite, 11, 15);
        }

        using var restarted = _folder.Open();
        AssertMessages(11, 15, await restarted.Outbound.TakeAsync(5));
    }

    [Fact]
    public async Task After_a_kill_what_was_committed_to_nobody_comes_again()
    {
        using var sqlite = _folder.Open();
        await TellAsync(sqlite, 1, 20);
        AssertMessages(1, 20, await sqlite.Outbound.TakeAsync(20, commit: false));

        using var killed = _folder.CopyAsAfterKill();
        using var restarted = killed.Open();
        var again = await restarted.Outbound.TakeAsync(20);
        AssertMessages(1, 20, again);

        await TellAsync(restarted, 21, 21);
        var next = Assert.Single(await restarted.Outbound.TakeAsync(1));
        Assert.Equal((again[^1].Offset + 1, 21u), next);
    }

    [Fact]
    public async Task Progress_rides_on_the_next_commit_and_what_is_below_it_is_deleted()
    {
        using var sqlite = _folder.Open();
        await TellAsync(sqlite, 1, 20);
        await sqlite.Outbound.TakeAsync(20);
        await TellAsync(sqlite, 21, 21);
        Assert.Equal(1, await sqlite.QueryAsync(Rows));

        using var killed = _folder.CopyAsAfterKill();
        using var restarted = killed.Open();
        AssertMessages(21, 21, await restarted.Outbound.TakeAsync(1));
    }

    [Fact]
    public async Task Many_rows_are_deleted_a_part_at_a_time()
    {
        using var sqlite = _folder.Open();
        await TellAsync(sqlite, 1, 1_500);
        var taken = await sqlite.Outbound.TakeAsync(1_500);
        AssertMessages(1, 1_500, taken);

        await TellAsync(sqlite, 1_501, 1_501);
        Assert.Equal(501, await sqlite.QueryAsync(Rows));
        await sqlite.Outbound.TakeAsync(1);
        await TellAsync(sqlite, 1_502, 1_502);
        Assert.Equal(1, await sqlite.QueryAsync(Rows));
    }

    [Fact]
    public async Task Progress_reaches_the_disk_without_another_commit()
    {
        using var sqlite = _folder.Open();
        await TellAsync(sqlite, 1, 5);
        await sqlite.Outbound.TakeAsync(5);
        await Deadline.UntilAsync(async () => await sqlite.QueryAsync(Rows) == 0);

        using var killed = _folder.CopyAsAfterKill();
        using var restarted = killed.Open();
        await TellAsync(restarted, 6, 6);
        AssertMessages(6, 6, await restarted.Outbound.TakeAsync(1));
    }

    [Fact]
    public async Task Reading_again_repeats_what_was_not_committed()
    {
        using var sqlite = _folder.Open();
        await TellAsync(sqlite, 1, 5);
        AssertMessages(1, 5, await sqlite.Outbound.TakeAsync(5));
        await TellAsync(sqlite, 6, 9);
        AssertMessages(6, 9, await sqlite.Outbound.TakeAsync(4, commit: false));
        AssertMessages(6, 9, await sqlite.Outbound.TakeAsync(4));
        Assert.Equal([(0, 3L)], sqlite.Outbound.Assignments);
    }

    [Fact]
    public async Task Slow_reader_finds_on_disk_what_memory_does_not_hold()
    {
        using var sqlite = _folder.Open(options => options.OutboundRecords = 3);
        await TellAsync(sqlite, 1, 200);
        uint told = 200;
        List<uint> taken = [];
        await foreach (var batch in sqlite.Outbound.ReadAsync(start: null, Deadline.Token))
        {
            taken.AddRange(batch.Slices[0].Records.Select(record => record.Value!.Events[0].MessageId));
            await sqlite.Outbound.CommitAsync(batch, Deadline.Token);

            // Now more, now less than memory holds comes while the reader is at work.
            if (told < 300)
            {
                var more = told % 7;
                await TellAsync(sqlite, told + 1, told + more + 1);
                told += more + 1;
            }
            else if (taken.Count >= told)
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(1, (int)told).Select(id => (uint)id), taken);
    }

    [Fact]
    public async Task Batch_has_about_one_inbound_record_of_events()
    {
        using var sqlite = _folder.Open();
        for (uint id = 1; id <= 5; id++)
            await sqlite.Commit.CommitAsync(PersistUnits.Telling(id, id, events: 2_000), Deadline.Token);

        await foreach (var batch in sqlite.Outbound.ReadAsync(start: null, Deadline.Token))
        {
            Assert.Equal(2, batch.Slices[0].Records.Count);
            break;
        }
    }

    [Fact]
    public async Task Record_that_does_not_parse_comes_as_it_is()
    {
        using var sqlite = _folder.Open();
        await sqlite.Writer.RunAsync(
            session => session.Prepare("INSERT INTO outbound (record) VALUES (x'FFFFFF')").Execute(), Deadline.Token);

        await foreach (var batch in sqlite.Outbound.ReadAsync(start: null, Deadline.Token))
        {
            var record = Assert.Single(batch.Slices[0].Records);
            Assert.Null(record.Value);
            Assert.Equal([0xFF, 0xFF, 0xFF], record.Raw.ToArray());
            break;
        }
    }

    private static async Task TellAsync(OpenSqlite sqlite, uint from, uint to)
    {
        for (var id = from; id <= to; id++)
            await sqlite.Commit.CommitAsync(PersistUnits.Telling(id, id), Deadline.Token);
    }

    private static void AssertMessages(uint from, uint to, List<(long Offset, uint MessageId)> taken)
    {
        Assert.Equal(Enumerable.Range((int)from, (int)(to - from + 1)).Select(id => (uint)id), taken.Select(one => one.MessageId));
        Assert.Equal(taken.Select(one => one.Offset).Order(), taken.Select(one => one.Offset));
    }
}
