using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every record log promises; one subclass per adapter.</summary>
public abstract class RecordLogConformance
{
    protected abstract ILogWriter<InboundRecord> Writer { get; }

    /// <summary>A reader of the log, of the same group as the others of the test.</summary>
    protected abstract ILogReader<InboundRecord> NewReader();

    [Fact]
    public async Task A_record_arrives_as_it_was_written()
    {
        var record = Record("one", 3);
        await Writer.AppendAsync(0, record, Deadline.Token);

        await using var reading = new LogReading(NewReader());
        var slice = Assert.Single((await reading.NextAsync()).Slices);

        Assert.Equal(0, slice.Partition);
        Assert.Equal(record, Assert.Single(slice.Records).Value);
        Assert.Equal(slice.Records[0].Offset, slice.FirstOffset);
        Assert.Equal(slice.FirstOffset + 1, slice.NextOffset);
    }

    [Fact]
    public async Task Records_of_a_partition_come_in_the_order_of_their_appending()
    {
        const int perPartition = 200;
        await using var reading = new LogReading(NewReader());
        var partitions = Enumerable.Range(0, Writer.PartitionCount).ToList();
        var writing = Task.WhenAll(partitions.Select(async partition =>
        {
            for (var number = 0; number < perPartition; number++)
                await Writer.AppendAsync(partition, Record($"{partition}/{number}"), Deadline.Token);
        }));

        var read = await reading.TakeAsync(perPartition * partitions.Count);

        await writing;
        Assert.All(partitions, partition =>
        {
            var own = read.Where(record => record.Partition == partition).ToList();
            Assert.Equal(Enumerable.Range(0, perPartition).Select(number => $"{partition}/{number}"), own.Select(record => record.Name));
            Assert.Equal(own.Select(record => record.Offset).Order(), own.Select(record => record.Offset));
        });
    }

    [Fact]
    public async Task What_was_not_committed_comes_again_at_the_same_offsets()
    {
        await AppendAsync("a", "b", "c");
        List<ReadRecord> first;
        await using (var reading = new LogReading(NewReader()))
            first = await reading.TakeAsync(3, commit: false);

        await using var again = new LogReading(NewReader());
        Assert.Equal(first, await again.TakeAsync(3));
    }

    [Fact]
    public async Task What_was_committed_does_not_come_again()
    {
        await AppendAsync("a", "b");
        await using (var reading = new LogReading(NewReader()))
            await reading.TakeAsync(2);
        await AppendAsync("c");

        await using var again = new LogReading(NewReader());
        Assert.Equal(["c"], (await again.TakeAsync(1)).Select(record => record.Name));
    }

    [Fact]
    public async Task A_record_of_900_kilobytes_passes()
    {
        var record = Record("large");
        record.Entries.Add(new InboundEntry { Data = ByteString.CopyFrom(new byte[900 * 1024]) });
        await Writer.AppendAsync(0, record, Deadline.Token);

        await using var reading = new LogReading(NewReader());
        Assert.Equal(record, Assert.Single((await reading.NextAsync()).Slices).Records.Single().Value);
    }

    [Fact]
    public async Task A_reader_says_what_it_holds_and_under_which_generation()
    {
        var reader = NewReader();
        Assert.Empty(reader.Assignments);
        await AppendAsync("a");

        await using var reading = new LogReading(reader);
        var slice = Assert.Single((await reading.NextAsync()).Slices);

        Assert.Equal(Enumerable.Range(0, Writer.PartitionCount), reader.Assignments.Select(held => held.Partition).Order());
        Assert.Contains((slice.Partition, slice.Generation), reader.Assignments);
    }

    [Fact]
    public async Task Reading_again_begins_a_new_generation()
    {
        var reader = NewReader();
        await AppendAsync("a");
        long generation;
        await using (var reading = new LogReading(reader))
            generation = (await reading.NextAsync()).Slices.Single().Generation;

        await using var again = new LogReading(reader);
        Assert.NotEqual(generation, (await again.NextAsync()).Slices.Single().Generation);
    }

    [Fact]
    public async Task Waiting_for_records_ends_when_told_to()
    {
        await using var reading = new LogReading(NewReader());
        var waiting = reading.NextAsync();

        await reading.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    protected static InboundRecord Record(string name, int entries = 1)
    {
        var record = new InboundRecord { Version = 1, Gateway = name, Incarnation = ulong.MaxValue };
        for (var index = 0; index < entries; index++)
            record.Entries.Add(new InboundEntry { Kind = EntryKind.Message, Relation = (ulong)index, Data = ByteString.CopyFromUtf8(name) });
        return record;
    }

    protected async Task AppendAsync(params string[] names)
    {
        foreach (var name in names)
            await Writer.AppendAsync(0, Record(name), Deadline.Token);
    }
}
