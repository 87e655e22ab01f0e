using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Embedded;

public sealed class EmbeddedInboundLogTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Everything_that_waits_comes_as_one_slice()
    {
        using var sqlite = _folder.Open();
        for (uint i = 0; i < 50; i++)
            await sqlite.Inbound.AppendAsync(0, Record(i), Deadline.Token);

        var slice = await NextAsync(sqlite);
        Assert.Equal((1, 0, 0, 50), (slice.Epoch, slice.Partition, slice.FirstOffset, slice.NextOffset));
        Assert.Equal(Enumerable.Range(0, 50), slice.Records.Select(record => (int)record.Value!.Entries[0].Sender));
        Assert.Equal(Enumerable.Range(0, 50), slice.Records.Select(record => (int)record.Offset));
    }

    [Fact]
    public async Task Slice_has_4000_entries_at_most_unless_one_record_has_more()
    {
        using var sqlite = _folder.Open();
        foreach (var entries in new[] { 3_000, 1_000, 1, 4_096, 4_000 })
            await sqlite.Inbound.AppendAsync(0, Record(1, entries), Deadline.Token);

        List<int> counts = [];
        await foreach (var batch in sqlite.Inbound.ReadAsync(start: null, Deadline.Token))
        {
            counts.Add(batch.Slices[0].Records.Count);
            if (counts.Sum() == 5)
                break;
        }

        Assert.Equal([2, 1, 1, 1], counts);
    }

    [Fact]
    public async Task Reader_that_waits_is_woken()
    {
        using var sqlite = _folder.Open();
        var next = NextAsync(sqlite);
        Assert.False(next.IsCompleted);
        await sqlite.Inbound.AppendAsync(0, Record(7), Deadline.Token);
        Assert.Equal(7u, Assert.Single((await next).Records).Value!.Entries[0].Sender);
    }

    [Fact]
    public async Task Offsets_go_on_after_a_restart_where_the_stored_progress_ends()
    {
        using (var sqlite = _folder.Open())
        {
            for (uint i = 0; i < 10; i++)
                await sqlite.Inbound.AppendAsync(0, Record(i), Deadline.Token);
            var slice = await NextAsync(sqlite);
            await sqlite.Commit.CommitAsync(PersistUnits.Telling(1, slice.NextOffset), Deadline.Token);
            await sqlite.Inbound.AppendAsync(0, Record(10), Deadline.Token);
        }

        using var restarted = _folder.Open();
        await restarted.Inbound.AppendAsync(0, Record(11), Deadline.Token);
        var next = await NextAsync(restarted);
        Assert.Equal((10, 11), (next.FirstOffset, next.NextOffset));
        Assert.Equal(11u, Assert.Single(next.Records).Value!.Entries[0].Sender);
    }

    [Fact]
    public async Task Reading_again_repeats_what_was_not_committed_under_a_new_generation()
    {
        using var sqlite = _folder.Open();
        Assert.Empty(sqlite.Inbound.Assignments);
        for (uint i = 0; i < 3; i++)
            await sqlite.Inbound.AppendAsync(0, Record(i), Deadline.Token);
        var first = await NextAsync(sqlite);
        await sqlite.Inbound.CommitAsync(new([first with { NextOffset = 2 }]), Deadline.Token);
        await sqlite.Inbound.AppendAsync(0, Record(3), Deadline.Token);

        var again = await NextAsync(sqlite);
        Assert.Equal([(2L, 2u), (3L, 3u)], again.Records.Select(record => (record.Offset, record.Value!.Entries[0].Sender)));
        Assert.NotEqual(first.Generation, again.Generation);
        Assert.Equal([(0, again.Generation)], sqlite.Inbound.Assignments);
    }

    [Theory]
    [InlineData(4_096, 0)]
    [InlineData(1, 1 << 20)]
    public async Task Full_log_makes_its_writer_wait_until_a_commit(int entries, int dataBytes)
    {
        using var sqlite = _folder.Open(options => (options.InboundEntries, options.InboundBytes) = (4_096, 1 << 20));
        await sqlite.Inbound.AppendAsync(0, Record(1, entries, dataBytes), Deadline.Token);
        var waiting = sqlite.Inbound.AppendAsync(0, Record(2), Deadline.Token).AsTask();
        var slice = await NextAsync(sqlite);
        Assert.Single(slice.Records);
        Assert.False(waiting.IsCompleted);

        await sqlite.Inbound.CommitAsync(new([slice]), Deadline.Token);
        await waiting;
        Assert.Equal(2u, Assert.Single((await NextAsync(sqlite)).Records).Value!.Entries[0].Sender);
    }

    [Fact]
    public async Task Writer_that_gives_up_has_appended_nothing()
    {
        using var sqlite = _folder.Open(options => options.InboundEntries = 4_096);
        await sqlite.Inbound.AppendAsync(0, Record(1, 4_096), Deadline.Token);
        using var patience = new CancellationTokenSource();
        var waiting = sqlite.Inbound.AppendAsync(0, Record(2), patience.Token).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await sqlite.Inbound.CommitAsync(new([await NextAsync(sqlite)]), Deadline.Token);
        await sqlite.Inbound.AppendAsync(0, Record(3), Deadline.Token);
        Assert.Equal(3u, Assert.Single((await NextAsync(sqlite)).Records).Value!.Entries[0].Sender);
    }

    [Fact]
    public async Task Nothing_is_lost_or_repeated_between_a_writer_and_a_reader_at_full_speed()
    {
        using var sqlite = _folder.Open(options => options.InboundEntries = 4_096);
        var writing = Task.Run(
            async () =>
            {
                for (uint i = 0; i < 20_000; i++)
                    await sqlite.Inbound.AppendAsync(0, Record(i), Deadline.Token);
            },
            Deadline.Token);

        uint expected = 0;
        await foreach (var batch in sqlite.Inbound.ReadAsync(start: null, Deadline.Token))
        {
            foreach (var record in batch.Slices[0].Records)
            {
                Assert.Equal((expected, (long)expected), (record.Value!.Entries[0].Sender, record.Offset));
                expected++;
            }

            await sqlite.Inbound.CommitAsync(batch, Deadline.Token);
            if (expected == 20_000)
                break;
        }

        await writing;
    }

    private static InboundRecord Record(uint sender, int entries = 1, int dataBytes = 0)
    {
        var record = new InboundRecord { Version = 1 };
        var data = ByteString.CopyFrom(new byte[dataBytes]);
        for (var i = 0; i < entries; i++)
            record.Entries.Add(new InboundEntry { Sender = sender, Data = data });
        return record;
    }

    private static async Task<LogSlice<InboundRecord>> NextAsync(OpenSqlite sqlite)
    {
        await foreach (var batch in sqlite.Inbound.ReadAsync(start: null, Deadline.Token))
            return Assert.Single(batch.Slices);
        throw new InvalidOperationException("The log ended.");
    }
}
