using System.Diagnostics;
using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>The one producer of a process, made when first needed and shared by all writers.</summary>
internal sealed class KafkaProducer(IOptions<KafkaOptions> options, ILogger<KafkaProducer> log) : IDisposable
{
    /// <summary>What a broker adds to a record before it compares it with its limit, generously.</summary>
    private const int OverheadBytes = 1_024;

    private static readonly TimeSpan s_flushTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private IProducer<Null, byte[]>? _producer;
    private Task _retiring = Task.CompletedTask;

    /// <summary>Appends one record and completes once all in-sync replicas have it.</summary>
    /// <exception cref="DependencyUnavailableException">No confirmation in time.</exception>
    public async Task AppendAsync(string topic, int partition, byte[] record, CancellationToken cancellationToken)
    {
        if (record.Length > options.Value.MaxMessageBytes - OverheadBytes)
        {
            throw new ArgumentException(
                $"A record for {topic} has {record.Length} bytes; Kafka:MaxMessageBytes = {options.Value.MaxMessageBytes}.", nameof(record));
        }

        var began = Stopwatch.GetTimestamp();
        var producer = Current();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            producer.Produce(
                new TopicPartition(topic, partition),
                new Message<Null, byte[]> { Value = record },
                report => Complete(done, producer, topic, report.Error));
        }
        catch (ProduceException<Null, byte[]> exception)
        {
            Complete(done, producer, topic, exception.Error);
        }

        await done.Task.WaitAsync(cancellationToken);
        KafkaMetrics.Produced(topic, Stopwatch.GetElapsedTime(began));
    }

    public void Dispose()
    {
        if (_producer is { } producer)
        {
            producer.Flush(s_flushTimeout);
            producer.Dispose();
        }

        _retiring.Wait(s_flushTimeout);
    }

    private IProducer<Null, byte[]> Current()
    {
        lock (_gate)
            return _producer ??= Build();
    }

    private IProducer<Null, byte[]> Build()
    {
        NativeLibrdkafka.Prepare();
        return new ProducerBuilder<Null, byte[]>(KafkaSettings.Producer(options.Value))
            .SetLogHandler((_, message) => log.Librdkafka(message))
            .SetErrorHandler((producer, error) => Notice(producer, error))
            .Build();
    }

    private void Complete(TaskCompletionSource done, IProducer<Null, byte[]> producer, string topic, Error error)
    {
        if (!error.IsError)
        {
            done.SetResult();
            return;
        }

        Notice(producer, error);
        done.SetException(error.Code == ErrorCode.MsgSizeTooLarge
            ? new InvalidOperationException($"The broker allows less on {topic} than Kafka:MaxMessageBytes = {options.Value.MaxMessageBytes}.")
            : new DependencyUnavailableException($"Kafka did not confirm a record for {topic}: {error.Reason}"));
    }

    /// <summary>
    /// A fatal error, such as a sequence that an idempotent producer lost, ends this producer. The next append makes another; what
    /// was on its way has failed, and appending it again is safe.
    /// </summary>
    private void Notice(IProducer<Null, byte[]> producer, Error error)
    {
        if (!error.IsFatal)
        {
            log.KafkaError(error);
            return;
        }

        lock (_gate)
        {
            if (!ReferenceEquals(_producer, producer))
                return;

            log.ProducerReplaced(error);
            _producer = null;
            // Not here: this is the producer's own thread, and disposing waits for it.
            _retiring = Task.WhenAll(_retiring, Task.Run(producer.Dispose));
        }
    }
}
