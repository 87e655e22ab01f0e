using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

/// <summary>
/// The log with the settings for modern brokers, on the client library's own mock of one. What concerns groups is tested on the
/// real broker only: the mock lets every first member wait three seconds.
/// </summary>
public sealed class ModernKafkaLogTests(MockKafka kafka) : RecordLogConformance, IClassFixture<MockKafka>, IDisposable
{
    private const int Partitions = 2;

    private readonly KafkaTestLog _log = new(Settings(kafka), kafka.NewTopic(Partitions));

    protected override ILogWriter<InboundRecord> Writer => _log.Writer;

    protected override ILogReader<InboundRecord> NewReader() => _log.NewReader();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_broker_that_goes_and_comes_back_loses_and_doubles_nothing()
    {
        using var own = new MockKafka();
        using var log = new KafkaTestLog(Settings(own), own.NewTopic(Partitions));
        await using var reading = new LogReading(log.NewReader());
        await log.Writer.AppendAsync(0, Record("before"), Deadline.Token);
        Assert.Equal(["before"], (await reading.TakeAsync(1)).Select(record => record.Name));

        own.Down();
        var appending = log.Writer.AppendAsync(0, Record("meanwhile"), Deadline.Token).AsTask();
        own.Up();

        await appending;
        await log.Writer.AppendAsync(0, Record("after"), Deadline.Token);

        // A commit that was lost with the broker brings the first record once more; in the log each stands once.
        var seen = new SortedDictionary<long, string?>();
        while (!seen.ContainsValue("after"))
        {
            foreach (var record in await reading.TakeAsync(1))
                seen[record.Offset] = record.Name;
        }

        seen.Remove(seen.FirstOrDefault(record => record.Value == "before", new(-1, null)).Key);
        Assert.Equal(["meanwhile", "after"], seen.Values);
    }

    [Fact]
    public async Task A_partition_lost_while_its_batch_was_worked_on_is_read_on_when_it_comes_back()
    {
        using var own = new MockKafka();
        using var log = new KafkaTestLog(Settings(own), own.NewTopic(Partitions));
        var reader = log.NewReader();
        await using var reading = new LogReading(reader);
        await log.Writer.AppendAsync(0, Record("before"), Deadline.Token);
        await reading.NextAsync();

        // Longer than the group waits for its member, which is longer than it takes until reading is held back.
        own.Down();
        await Deadline.UntilAsync(() => Task.FromResult(reader.Assignments.Count == 0));
        var next = reading.NextAsync();
        own.Up();
        await log.Writer.AppendAsync(0, Record("after"), Deadline.Token);

        var names = new List<string?>();
        for (var batch = await next; ; batch = await reading.NextAsync())
        {
            names.AddRange(batch.Slices.SelectMany(slice => slice.Records).Select(record => record.Value?.Gateway));
            if (names.Contains("after"))
                return;
        }
    }

    [Fact]
    public async Task A_broker_that_stays_away_fails_the_append_in_time()
    {
        using var own = new MockKafka();
        var settings = Settings(own);
        settings.DeliveryTimeout = TimeSpan.FromSeconds(10);
        using var log = new KafkaTestLog(settings, own.NewTopic(Partitions));
        await log.Writer.AppendAsync(0, Record("before"), Deadline.Token);

        own.Down();

        await Assert.ThrowsAsync<DependencyUnavailableException>(
            () => log.Writer.AppendAsync(0, Record("never"), Deadline.Token).AsTask());
    }

    [Fact]
    public async Task Reading_ends_though_there_is_no_broker_to_tell()
    {
        using var own = new MockKafka();
        using var log = new KafkaTestLog(Settings(own), own.NewTopic(Partitions));
        await log.Writer.AppendAsync(0, Record("a"), Deadline.Token);
        var reading = new LogReading(log.NewReader());
        await reading.TakeAsync(1);

        own.Down();

        await reading.DisposeAsync();
    }

    [Fact]
    public async Task A_producer_that_failed_for_good_is_replaced()
    {
        using var own = new MockKafka();
        using var log = new KafkaTestLog(Settings(own), own.NewTopic(Partitions));
        await log.Writer.AppendAsync(0, Record("before"), Deadline.Token);

        own.FailNextAppend(ErrorCode.OutOfOrderSequenceNumber);
        await Assert.ThrowsAsync<DependencyUnavailableException>(
            () => log.Writer.AppendAsync(0, Record("lost"), Deadline.Token).AsTask());

        await log.Writer.AppendAsync(0, Record("after"), Deadline.Token);
        await using var reading = new LogReading(log.NewReader());
        Assert.Equal(["before", "after"], (await reading.TakeAsync(2)).Select(record => record.Name));
    }

    [Fact]
    public async Task Topics_with_the_configured_partitions_are_accepted()
    {
        var options = Settings(kafka);
        options.TopicPrefix = $"{Guid.NewGuid():n}.";
        kafka.CreateTopic(options.InboundTopic, options.Partitions);
        kafka.CreateTopic(options.OutboundTopic, options.Partitions);
        kafka.CreateTopic(options.DeadLetterTopic, 1);

        await Check(options).StartingAsync(Deadline.Token);
    }

    [Fact]
    public async Task Topics_that_are_not_as_configured_are_refused_by_name()
    {
        var options = Settings(kafka);
        options.TopicPrefix = $"{Guid.NewGuid():n}.";
        kafka.CreateTopic(options.InboundTopic, options.Partitions - 1);
        kafka.CreateTopic(options.DeadLetterTopic, 1);

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => Check(options).StartingAsync(Deadline.Token));

        Assert.Collection(
            refusal.Failures,
            failure => Assert.Contains($"{options.InboundTopic} has {Partitions - 1} partitions, but {Partitions}", failure, StringComparison.Ordinal),
            failure => Assert.Contains($"no topic {options.OutboundTopic}", failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_broker_the_start_fails_in_time()
    {
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1", StartTimeout = TimeSpan.FromMilliseconds(200) };

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Check(options).StartingAsync(Deadline.Token));
    }

    private static KafkaOptions Settings(MockKafka kafka) => new()
    {
        BootstrapServers = kafka.BootstrapServers,
        Partitions = Partitions,
    };

    private static KafkaTopicCheck Check(KafkaOptions options) =>
        new(Options.Create(options), TimeProvider.System, NullLogger<KafkaTopicCheck>.Instance);
}
