using System.Runtime.CompilerServices;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>Reads the inbound topic of the epoch by partition and offset, as nobody's member: no worker loses a partition by it.</summary>
internal sealed class KafkaInboundHistory(string topic, KafkaRewind places, IOptions<KafkaOptions> options) : ILogHistory<InboundRecord>
{
    private const string Group = "history";
    private const int BatchEntries = 4_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public async ValueTask<IReadOnlyList<KeptRecords>> KeptAsync(CancellationToken cancellationToken)
    {
        var found = await Task.Run(places.Places, cancellationToken);
        return [.. found.Select(static place => new KeptRecords(place.First, Math.Max(place.First, place.Committed ?? 0), place.End))];
    }

    public async IAsyncEnumerable<LogBatch<InboundRecord>> ReadAsync(
        int partition, long fromOffset, long toOffset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NativeLibrdkafka.Prepare();
        var settings = KafkaSettings.Consumer(options.Value, Group);
        settings.EnableAutoCommit = false;
        using var consumer = new ConsumerBuilder<Ignore, ParsedRecord<InboundRecord>>(settings)
            .SetValueDeserializer(new RecordDeserializer<InboundRecord>(InboundRecord.Parser))
            .SetLogHandler(static (_, _) => { })
            .Build();
        consumer.Assign(new TopicPartitionOffset(topic, partition, fromOffset));
        while (fromOffset < toOffset)
        {
            // The library blocks.
            var slice = await Task.Run(() => Take(consumer, partition, fromOffset, toOffset, cancellationToken), cancellationToken);
            fromOffset = slice.NextOffset;
            if (slice.Records.Count > 0)
                yield return new([slice]);
        }
    }

    private LogSlice<InboundRecord> Take(
        IConsumer<Ignore, ParsedRecord<InboundRecord>> consumer, int partition, long from, long to, CancellationToken cancellationToken)
    {
        var records = new List<LogRecord<InboundRecord>>();
        var next = from;
        try
        {
            for (var entries = 0; next < to && entries < BatchEntries;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (consumer.Consume(s_patience) is not { } result)
                    throw new DependencyUnavailableException($"Kafka does not hand out partition {partition} from {next} on.");

                // Retention may have taken the rest of what there was.
                next = Math.Min(to, result.Offset.Value + 1);
                if (result.Offset.Value >= to)
                    break;
                var record = result.Message.Value;
                records.Add(new(result.Offset.Value, record.Value, record.Raw));
                entries += record.Value?.Entries.Count ?? 1;
            }
        }
        catch (KafkaException exception)
        {
            throw new DependencyUnavailableException($"Kafka: {exception.Error.Reason}", exception);
        }

        return new(options.Value.Epoch, partition, Generation: 1, records.Count > 0 ? records[0].Offset : from, next, records);
    }
}
