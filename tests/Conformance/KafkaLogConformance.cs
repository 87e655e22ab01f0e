using BrokerIm.Adapters.Production;
using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>What the log on Kafka promises beyond the port; one subclass per kind of broker.</summary>
public abstract class KafkaLogConformance : RecordLogConformance, IDisposable
{
    public const int Partitions = 2;

    private readonly KafkaTestLog _log;

    /// <param name="settings">How to reach the broker.</param>
    /// <param name="newTopic">Gives the name of an empty topic with so many partitions.</param>
    protected KafkaLogConformance(KafkaOptions settings, Func<int, string> newTopic)
    {
        settings.Partitions = Partitions;
        _log = new(settings, newTopic(Partitions));
    }

    protected override ILogWriter<InboundRecord> Writer => _log.Writer;

    protected override ILogReader<InboundRecord> NewReader() => _log.NewReader();

    public void Dispose()
    {
        _log.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Reading_starts_where_the_worker_says_if_that_is_before_the_commit()
    {
        await AppendAsync("0", "1", "2", "3");
        await using (var reading = new LogReading(NewReader()))
            await reading.TakeAsync(4);

        await using var again = new LogReading(NewReader(), new Start(2));
        Assert.Equal(["2", "3"], (await again.TakeAsync(2)).Select(record => record.Name));
    }

    [Fact]
    public async Task Reading_starts_at_the_commit_if_that_is_before_what_the_worker_says()
    {
        await AppendAsync("0", "1");
        await using (var reading = new LogReading(NewReader()))
            await reading.TakeAsync(2);
        await AppendAsync("2", "3");

        await using var again = new LogReading(NewReader(), new Start(3));
        Assert.Equal(["2", "3"], (await again.TakeAsync(2)).Select(record => record.Name));
    }

    [Fact]
    public async Task Without_a_commit_reading_starts_where_the_worker_says()
    {
        await AppendAsync("0", "1", "2");

        await using var reading = new LogReading(NewReader(), new Start(2));
        Assert.Equal(["2"], (await reading.TakeAsync(1)).Select(record => record.Name));
    }

    [Fact]
    public async Task A_log_that_ends_before_what_was_read_is_not_read_on()
    {
        await AppendAsync("0", "1", "2");

        await using var reading = new LogReading(NewReader(), new Start(4));
        var refused = await Assert.ThrowsAsync<DependencyUnavailableException>(() => reading.NextAsync());
        Assert.Contains("ends at 3, but it was read up to 4", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_waits_until_the_worker_knows_where_to_start()
    {
        await AppendAsync("0", "1", "2");
        var start = new Start(1) { Failures = 3 };

        await using var reading = new LogReading(NewReader(), start);
        Assert.Equal(["1", "2"], (await reading.TakeAsync(2)).Select(record => record.Name));
        Assert.Equal(0, start.Failures);
    }

    [Fact]
    public async Task A_member_that_ends_before_it_has_heard_of_its_partitions_leaves_its_group()
    {
        // Without demand nothing is polled for the first second; on a slow machine that may be over before the group is ready.
        EventLogger<KafkaPoller<InboundRecord>> log;
        do
        {
            log = new();
            var poller = _log.NewPoller(log);
            poller.Start();
            await Deadline.UntilAsync(_log.IsGroupStableAsync);
            await poller.DisposeAsync();
        }
        while (log.Events.Contains(nameof(ProductionLog.PartitionsAssigned)));

        Assert.DoesNotContain(nameof(ProductionLog.LeavingFailed), log.Events);
        Assert.DoesNotContain(nameof(ProductionLog.LeavingAbandoned), log.Events);
    }

    [Fact]
    public async Task A_commit_of_an_earlier_generation_changes_nothing()
    {
        var reader = NewReader();
        await AppendAsync("a", "b");
        LogBatch<InboundRecord> late;
        await using (var reading = new LogReading(reader))
            late = await reading.NextAsync();

        await using (var next = new LogReading(reader))
        {
            await next.NextAsync();
            await reader.CommitAsync(late, Deadline.Token);
        }

        await reader.CommitAsync(late, Deadline.Token);
        await using var again = new LogReading(reader);
        Assert.Equal(["a", "b"], (await again.TakeAsync(2)).Select(record => record.Name));
    }

    [Fact]
    public async Task What_does_not_parse_comes_as_its_bytes_and_holds_up_nothing()
    {
        byte[] poison = [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f];
        await AppendAsync("before");
        await _log.AppendBytesAsync(0, poison);
        await AppendAsync("after");

        await using var reading = new LogReading(NewReader());
        var records = new List<LogRecord<InboundRecord>>();
        while (records.Count < 3)
            records.AddRange((await reading.NextAsync()).Slices.SelectMany(slice => slice.Records));

        Assert.Equal(["before", null, "after"], records.Select(record => record.Value?.Gateway));
        Assert.Equal(poison, records[1].Raw);
    }

    [Fact]
    public async Task History_is_read_between_two_offsets_and_takes_nothing_from_the_workers()
    {
        await AppendAsync("0", "1", "2", "3", "4");
        var reader = NewReader();
        await using var reading = new LogReading(reader);
        await reading.TakeAsync(5);
        var before = reader.Assignments;

        foreach (var (from, to) in new[] { (0, 5), (1, 3), (4, 5), (2, 2) })
        {
            var read = new List<LogRecord<InboundRecord>>();
            await foreach (var batch in _log.History.ReadAsync(0, from, to, Deadline.Token))
                read.AddRange(Assert.Single(batch.Slices).Records);
            Assert.Equal(Enumerable.Range(from, to - from).Select(offset => (long)offset), read.Select(record => record.Offset));
            Assert.Equal(read.Select(record => $"{record.Offset}"), read.Select(record => record.Value!.Gateway));
        }

        Assert.Equal(before, reader.Assignments);
    }

    [Fact]
    public async Task Members_of_a_group_share_the_partitions_and_take_over()
    {
        var (one, other) = (NewReader(), NewReader());
        await using var reading = new LogReading(one);
        var atOne = reading.NextAsync();
        await Deadline.UntilAsync(() => Task.FromResult(one.Assignments.Count == Partitions));
        var before = one.Assignments;

        var joining = new LogReading(other);
        var atOther = joining.NextAsync();
        await Deadline.UntilAsync(() => Task.FromResult(one.Assignments.Count == 1 && other.Assignments.Count == 1));
        Assert.NotEqual(one.Assignments[0].Partition, other.Assignments[0].Partition);
        Assert.DoesNotContain(one.Assignments[0], before);

        foreach (var partition in Enumerable.Range(0, Partitions))
            await Writer.AppendAsync(partition, Record($"{partition}"), Deadline.Token);
        Assert.Equal(one.Assignments[0].Partition, (await atOne).Slices.Single().Partition);
        Assert.Equal(other.Assignments[0].Partition, (await atOther).Slices.Single().Partition);
        await one.CommitAsync(await atOne, Deadline.Token);

        // The other leaves without having committed: its record comes to us, under a generation of its own.
        var (left, held) = (other.Assignments[0].Partition, one.Assignments[0]);
        await joining.DisposeAsync();
        Assert.Empty(other.Assignments);
        var slice = (await reading.NextAsync()).Slices.Single(slice => slice.Partition == left);
        Assert.Equal($"{left}", slice.Records.Single().Value?.Gateway);
        Assert.DoesNotContain(held, one.Assignments);
    }

    [Fact]
    public async Task A_member_busy_with_a_batch_lets_others_join()
    {
        await Writer.AppendAsync(0, Record("0"), Deadline.Token);
        await Writer.AppendAsync(1, Record("1"), Deadline.Token);
        var (busy, other) = (NewReader(), NewReader());
        await using var working = new LogReading(busy);
        var batch = await working.NextAsync();

        // Nobody asks the first for its next batch here, yet it must give a partition up.
        await using var joining = new LogReading(other);
        var first = (await joining.NextAsync()).Slices.Single();
        Assert.Equal($"{first.Partition}", first.Records.Single().Value?.Gateway);

        // What it did is committed for the partition it still has, under the generation it no longer has: that is too late.
        await busy.CommitAsync(batch, Deadline.Token);
        var again = (await working.NextAsync()).Slices.Single();
        Assert.Equal($"{again.Partition}", again.Records.Single().Value?.Gateway);
        Assert.NotEqual(first.Partition, again.Partition);
    }

    [Fact]
    public async Task A_long_batch_keeps_its_partitions_and_what_comes_meanwhile_comes_next()
    {
        var reader = NewReader();
        await AppendAsync("a");
        await using var reading = new LogReading(reader);
        var batch = await reading.NextAsync();
        var held = reader.Assignments;

        // Past the session time-out: without polling and heartbeats the partitions would be gone.
        var until = TimeProvider.System.GetTimestamp();
        await AppendAsync("b", "c");
        await Deadline.UntilAsync(() => Task.FromResult(TimeProvider.System.GetElapsedTime(until) > TimeSpan.FromSeconds(8)));

        Assert.Equal(held, reader.Assignments);
        await reader.CommitAsync(batch, Deadline.Token);
        Assert.Equal(["b", "c"], (await reading.TakeAsync(2)).Select(record => record.Name));
    }

    [Fact]
    public async Task A_slice_stays_so_small_that_what_comes_of_it_fits_into_one_record()
    {
        foreach (var number in Enumerable.Range(0, 30))
        {
            var record = Record($"{number}");
            record.Entries[0].Data = ByteString.CopyFrom(new byte[100_000]);
            await Writer.AppendAsync(number % Partitions, record, Deadline.Token);
        }

        await using var reading = new LogReading(NewReader());
        var (count, offsets) = (0, new long[Partitions]);
        while (count < 30)
        {
            foreach (var slice in (await reading.NextAsync()).Slices)
            {
                Assert.InRange(slice.Records.Sum(record => record.Value!.CalculateSize()), 1, Limits.MaxRecordBytes);
                Assert.Equal(offsets[slice.Partition], slice.FirstOffset);
                offsets[slice.Partition] = slice.NextOffset;
                count += slice.Records.Count;
            }
        }
    }

    [Fact]
    public async Task A_record_beyond_the_limit_is_refused_before_it_is_sent()
    {
        var record = Record("too large");
        record.Entries.Add(new InboundEntry { Data = ByteString.CopyFrom(new byte[1_000_000]) });

        await Assert.ThrowsAsync<ArgumentException>(() => Writer.AppendAsync(0, record, Deadline.Token).AsTask());
    }

    [Fact]
    public async Task A_partition_that_does_not_exist_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Writer.AppendAsync(Partitions, Record("a"), Deadline.Token).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Writer.AppendAsync(-1, Record("a"), Deadline.Token).AsTask());
    }

    /// <summary>A worker that knows where partition 0 must be read from, once it has failed to say so a few times.</summary>
    private sealed class Start(long offset) : ILogStart
    {
        private int _failures;

        public int Failures
        {
            get => _failures;
            init => _failures = value;
        }

        public ValueTask<long?> StartOffsetAsync(int partition, CancellationToken cancellationToken) =>
            partition != 0 ? new((long?)null)
            : _failures-- > 0 ? throw new DependencyUnavailableException("Not now.")
            : Answer();

        private ValueTask<long?> Answer()
        {
            _failures = 0;
            return new(offset);
        }
    }
}
