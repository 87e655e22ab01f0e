using System.Diagnostics;
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

    /// <summary>A new leader may know for a moment less of its end than the one before.</summary>
    private static readonly TimeSpan s_endKnownWithin = TimeSpan.FromSeconds(10);

    /// <summary>Blocks the polling thread, which is as it should be: there is nothing to poll for before this is known.</summary>
    /// <exception cref="OperationCanceledException">The reading was ended meanwhile.</exception>
    /// <exception cref="LogCutException">The log ends before what was read of it.</exception>
    public List<TopicPartitionOffset> For<TKey, TValue>(IConsumer<TKey, TValue> consumer, List<TopicPartition> partitions)
    {
        var committed = UntilAnswered(() => consumer.Committed(partitions, s_askTimeout));
        var known = UntilAnswered(() => AskStart(partitions));
        return [.. partitions.Select((partition, index) =>
        {
            var fromGroup = committed.Find(offset => offset.TopicPartition == partition)?.Offset;
            if (Larger(fromGroup, known[index]) is { } read)
                RequireEnd(consumer, partition, read);
            return new TopicPartitionOffset(partition, Smaller(fromGroup, known[index]));
        })];
    }

    /// <summary>Lets only a log through that reaches to where it was read.</summary>
    private void RequireEnd<TKey, TValue>(IConsumer<TKey, TValue> consumer, TopicPartition partition, long read)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var end = UntilAnswered(() => consumer.QueryWatermarkOffsets(partition, s_askTimeout)).High.Value;
            if (end >= read)
                return;
            if (Stopwatch.GetElapsedTime(began) > s_endKnownWithin)
                throw new LogCutException(partition.Topic, partition.Partition, end, read);
            stopping.WaitHandle.WaitOne(s_pause);
        }
    }

    private long?[] AskStart(List<TopicPartition> partitions) => start is null
        ? new long?[partitions.Count]
        : Task.WhenAll(partitions.Select(partition => start.StartOffsetAsync(partition.Partition, stopping).AsTask()))
            .GetAwaiter().GetResult();

    private static long? Larger(Offset? committed, long? known)
    {
        var fromGroup = committed is { IsSpecial: false } offset ? offset.Value : (long?)null;
        return fromGroup is null || known > fromGroup ? known : fromGroup;
    }

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
