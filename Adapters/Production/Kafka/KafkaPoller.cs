using System.Threading.Channels;
using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>
/// The thread that polls. It hands out a batch when one is asked for, made of all that is there by then, and keeps polling while
/// the batch is worked on: a member that does not poll is thrown out of its group and holds up everybody's rebalance.
/// </summary>
internal sealed class KafkaPoller<TRecord> : IAsyncDisposable
    where TRecord : IMessage<TRecord>
{
    /// <summary>
    /// A batch that takes longer than this has its partitions paused, because polling on would bring more. Not sooner: pausing
    /// throws away what was fetched ahead.
    /// </summary>
    private static readonly TimeSpan s_pauseAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The client library waits for the group's coordinator when it leaves, for minutes when there is none. A process that has to
    /// stop does not: the group finds out by its session timeout.
    /// </summary>
    private static readonly TimeSpan s_leaveWithin = TimeSpan.FromSeconds(10);

    private const int IdlePollMs = 100;
    private const int PausedPollMs = 20;

    private readonly string _topic;
    private readonly string _group;
    private readonly ILogger _log;
    private readonly AssignedPartitions _assigned;
    private readonly BatchBuilder<TRecord> _builder;
    private readonly StartOffsets _startOffsets;
    private readonly IConsumer<Ignore, ParsedRecord<TRecord>> _consumer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _demand = new(0);
    private readonly Channel<LogBatch<TRecord>> _batches = Channel.CreateBounded<LogBatch<TRecord>>(1);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;

    private ConsumeResult<Ignore, ParsedRecord<TRecord>>? _leftOver;
    private bool _assignmentChanged;
    private bool _isPaused;

    public KafkaPoller(
        string topic,
        string group,
        MessageParser<TRecord> parser,
        ILogStart? start,
        AssignedPartitions assigned,
        KafkaOptions options,
        ILogger log)
    {
        (_topic, _group, _assigned, _log) = (topic, group, assigned, log);
        _builder = new(options.Epoch, options.BatchRecords, options.BatchBytes);
        _startOffsets = new(start, log, _stopping.Token);
        _thread = new(Run) { IsBackground = true, Name = $"{group} polling" };

        NativeLibrdkafka.Prepare();
        _consumer = new ConsumerBuilder<Ignore, ParsedRecord<TRecord>>(KafkaSettings.Consumer(options, group))
            .SetValueDeserializer(new RecordDeserializer<TRecord>(parser))
            .SetPartitionsAssignedHandler((consumer, partitions) => Assigned(consumer, partitions))
            .SetPartitionsRevokedHandler((consumer, partitions) => Revoked(consumer, partitions))
            .SetLogHandler((_, message) => log.Librdkafka(message))
            .SetErrorHandler((_, error) => log.KafkaError(error))
            .Build();
    }

    public void Start()
    {
        _consumer.Subscribe(_topic);
        _thread.Start();
    }

    /// <summary>Says that the last batch is done with, and waits for the next; null once the reading has ended.</summary>
    /// <exception cref="DependencyUnavailableException">The client library gave up for good.</exception>
    public async ValueTask<LogBatch<TRecord>?> NextAsync(CancellationToken cancellationToken)
    {
        _demand.Release();
        try
        {
            return await _batches.Reader.ReadAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (ChannelClosedException closed) when (closed.InnerException is { } cause)
        {
            throw new DependencyUnavailableException($"Reading {_topic} has failed for good: {cause.Message}", cause);
        }
    }

    /// <summary>Notes what is done, for the library to commit; false if the partition is not ours under that generation.</summary>
    public bool TryStore(int partition, long generation, long nextOffset) => _assigned.TryUnder(
        partition, generation, () => _consumer.StoreOffset(new TopicPartitionOffset(_topic, partition, nextOffset)));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_thread.ThreadState.HasFlag(ThreadState.Unstarted))
            _consumer.Dispose();
        else if (!await HasEndedAsync())
            return;
        _stopping.Dispose();
        _demand.Dispose();
    }

    /// <summary>Waits for the thread; false if it cannot leave its group in time and is left to go on with that alone.</summary>
    private async Task<bool> HasEndedAsync()
    {
        try
        {
            await _ended.Task.WaitAsync(s_leaveWithin);
            return true;
        }
        catch (TimeoutException)
        {
            _log.LeavingAbandoned(_topic, s_leaveWithin);
            return false;
        }
    }

    private void Run()
    {
        Exception? failure = null;
        try
        {
            WaitForDemand();
            while (Collect() is { } batch)
            {
                _batches.Writer.TryWrite(batch);
                WaitForDemand();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Told to stop.
        }
        catch (Exception exception)
        {
            failure = exception;
            _log.ReadingFailed(_topic, exception);
        }

        Leave();
        _batches.Writer.TryComplete(failure);
        _ended.SetResult();
    }

    /// <summary>Commits what is stored and tells the group, so that others take over at once.</summary>
    private void Leave()
    {
        try
        {
            _consumer.Close();
        }
        catch (OperationCanceledException)
        {
            // The library still tells of partitions given meanwhile, and passes on that nobody asks where to start any more.
        }
        catch (Exception exception)
        {
            // Nothing may end this thread, and with it the process, for not having left a group well.
            _log.LeavingFailed(_topic, exception);
        }
        finally
        {
            // Nothing may be stored in a consumer that is gone.
            _assigned.Remove(_assigned.Snapshot().Select(held => held.Partition));
            _consumer.Dispose();
        }
    }

    private void WaitForDemand()
    {
        if (_demand.Wait(s_pauseAfter, _stopping.Token))
            return;

        _isPaused = true;
        _consumer.Pause(_consumer.Assignment);
        while (!_demand.Wait(0, _stopping.Token))
        {
            _assignmentChanged = false;
            if (Poll(PausedPollMs) is { } early)
                Keep(early);
            if (_assignmentChanged)
                _consumer.Pause(_consumer.Assignment);
        }

        _isPaused = false;
        _consumer.Resume(_consumer.Assignment);
    }

    /// <summary>Waits for a first record and takes whatever is there with it, without waiting for more.</summary>
    private LogBatch<TRecord>? Collect()
    {
        if (_leftOver is { } leftOver)
        {
            _leftOver = null;
            Keep(leftOver);
        }

        while (!_stopping.IsCancellationRequested && _leftOver is null && !_builder.IsFull)
        {
            if (Poll(_builder.IsEmpty ? IdlePollMs : 0) is { } result)
                Keep(result);
            else if (!_builder.IsEmpty)
                break;
        }

        return _stopping.IsCancellationRequested ? null : Build();
    }

    private LogBatch<TRecord> Build()
    {
        var batch = _builder.Build(_assigned.Snapshot().ToDictionary());
        foreach (var slice in batch.Slices)
        {
            var end = _consumer.GetWatermarkOffsets(new TopicPartition(_topic, slice.Partition)).High;
            if (!end.IsSpecial)
                KafkaMetrics.Lag(_group, slice.Partition, Math.Max(0, end.Value - slice.NextOffset));
        }

        return batch;
    }

    private void Keep(ConsumeResult<Ignore, ParsedRecord<TRecord>> result)
    {
        if (!_builder.TryAdd(result.Partition, result.Offset, result.Message.Value))
            _leftOver = result;
    }

    private ConsumeResult<Ignore, ParsedRecord<TRecord>>? Poll(int milliseconds)
    {
        try
        {
            return _consumer.Consume(milliseconds);
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal)
        {
            // The library goes on by itself: the topic's leader is moving, the group was left too long, and so on.
            _log.KafkaError(exception.Error);
            return null;
        }
    }

    private List<TopicPartitionOffset> Assigned(
        IConsumer<Ignore, ParsedRecord<TRecord>> consumer, List<TopicPartition> partitions)
    {
        var offsets = _startOffsets.For(consumer, partitions);
        _assigned.Add(partitions.Select(partition => partition.Partition.Value));
        _assignmentChanged = true;
        KafkaMetrics.Assigned(_group);
        _log.PartitionsAssigned(_topic, string.Join(", ", offsets.Select(offset => $"{offset.Partition.Value}@{offset.Offset}")));
        return offsets;
    }

    private void Revoked(IConsumer<Ignore, ParsedRecord<TRecord>> consumer, List<TopicPartitionOffset> partitions)
    {
        // The library remembers that a partition was paused beyond its loss: given back later, it would never be read again.
        if (_isPaused)
            consumer.Resume(partitions.Select(partition => partition.TopicPartition));
        _assigned.Remove(partitions.Select(partition => partition.Partition.Value));
        foreach (var partition in partitions)
        {
            _builder.Drop(partition.Partition);
            if (_leftOver?.Partition == partition.Partition)
                _leftOver = null;
            KafkaMetrics.Lag(_group, partition.Partition, 0);
        }

        _log.PartitionsRevoked(_topic, string.Join(", ", partitions.Select(partition => partition.Partition.Value)));
    }
}
