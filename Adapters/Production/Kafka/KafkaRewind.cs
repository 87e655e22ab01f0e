using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>
/// Has Persist read a partition again from an earlier offset: after a store came back without its last seconds, or from a backup.
/// Reading again is harmless: every cell is written at its log position, so what is there stays and what is missing comes back.
/// </summary>
public sealed class KafkaRewind(IOptions<KafkaOptions> options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Where a partition stands.</summary>
    /// <param name="First">Oldest offset that the log still has.</param>
    /// <param name="Committed">Next offset of the Persist workers; null when they have committed none.</param>
    /// <param name="End">Next offset to be written.</param>
    public sealed record Place(long First, long? Committed, long End);

    /// <summary>Asks where each partition of the inbound log stands.</summary>
    /// <exception cref="DependencyUnavailableException">The broker does not answer.</exception>
    public IReadOnlyList<Place> Places() => Ask(consumer =>
    {
        var partitions = Enumerable.Range(0, options.Value.Partitions).Select(Partition).ToList();
        var committed = consumer.Committed(partitions, s_patience);
        return partitions.Select(partition =>
        {
            var bounds = consumer.QueryWatermarkOffsets(partition, s_patience);
            var offset = committed.Find(one => one.TopicPartition == partition)?.Offset;
            return new Place(bounds.Low.Value, offset is { IsSpecial: false } known ? known.Value : null, bounds.High.Value);
        }).ToList();
    });

    /// <summary>Sets where the Persist workers go on. They must not run.</summary>
    /// <exception cref="DependencyUnavailableException">The broker does not answer, or refuses because workers run.</exception>
    public void To(int partition, long offset) => Ask(consumer =>
    {
        consumer.Commit([new(Partition(partition), offset)]);
        return true;
    });

    private TopicPartition Partition(int number) => new(options.Value.InboundTopic, number);

    private T Ask<T>(Func<IConsumer<Ignore, Ignore>, T> ask)
    {
        NativeLibrdkafka.Prepare();
        var settings = KafkaSettings.Consumer(options.Value, ProductionServiceCollectionExtensions.PersistGroup);
        settings.EnableAutoCommit = false;
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(settings).SetLogHandler(static (_, _) => { }).Build();
        try
        {
            return ask(consumer);
        }
        catch (KafkaException exception)
        {
            throw new DependencyUnavailableException($"Kafka: {exception.Error.Reason}. Persist workers must not run meanwhile.", exception);
        }
    }
}
