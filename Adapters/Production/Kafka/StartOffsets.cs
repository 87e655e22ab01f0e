using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>
/// From where newly assigned partitions are read: the smaller of what the group committed and what <see cref="ILogStart"/> knows;
/// the beginning, where neither is known. Starting at a guess would skip records, so it asks until it has been told.
/// </summary>
internal sealed class StartOffsets(ILogStart? start, ILogger log, CancellationToken stopping)
{
    private static readonly TimeSpan s_askTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Blocks the polling thread, which is as it should be: there is nothing to poll for before this is known.</summary>
    /// <exception cref="OperationCanceledException">The reading was ended meanwhile.</exception>
    public List<TopicPartitionOffset> For<TKey, TValue>(IConsumer<TKey, TValue> consumer, List<TopicPartition> partitions)
    {
        var committed = UntilAnswered(() => consumer.Committed(partitions, s_askTimeout));
        var known = UntilAnswered(() => AskStart(partitions));
        return [.. partitions.Select((partition, index) => new TopicPartitionOffset(
            partition, Smaller(committed.Find(offset => offset.TopicPartition == partition)?.Offset, known[index])))];
    }

    private long?[] AskStart(List<TopicPartition> partitions) => start is null
        ? new long?[partitions.Count]
        : Task.WhenAll(partitions.Select(partition => start.StartOffsetAsync(partition.Partition, stopping).AsTask()))
            .GetAwaiter().GetResult();

    private static Offset Smaller(Offset? committed, long? known)
    {
        var fromGroup = committed is { IsSpecial: false } offset ? offset.Value : (long?)null;
        return Math.Min(fromGroup ?? long.MaxValue, known ?? long.MaxValue) is var smaller and < long.MaxValue
            ? smaller
            : Offset.Beginning;
    }

    private T UntilAnswered<T>(Func<T> ask)
    {
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            try
            {
                return ask();
            }
            catch (Exception exception) when (exception is KafkaException or DependencyUnavailableException)
            {
                log.StartUnknown(exception);
                stopping.WaitHandle.WaitOne(s_pause);
            }
        }
    }
}
