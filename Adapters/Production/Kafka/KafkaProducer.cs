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
    private Life? _life;
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
        var life = Current();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            life.Producer.Produce(
                new TopicPartition(topic, partition),
                new Message<Null, byte[]> { Value = record },
                report => Complete(done, life, topic, report.Error));
        }
        catch (ProduceException<Null, byte[]> exception)
        {
            Complete(done, life, topic, exception.Error);
        }

        // A producer that ends may take the report of a record along.
        if (await Task.WhenAny(done.Task, life.Ended).WaitAsync(cancellationToken) != done.Task && !done.Task.IsCompleted)
            throw new DependencyUnavailableException($"The Kafka producer ended before it confirmed a record for {topic}.");
        await done.Task;
        KafkaMetrics.Produced(topic, Stopwatch.GetElapsedTime(began));
    }

    public void Dispose()
    {
        _life?.End();
        _retiring.Wait(s_flushTimeout);
    }

    private Life Current()
    {
        lock (_gate)
            return _life ??= Build();
    }

    private Life Build()
    {
        NativeLibrdkafka.Prepare();
        return new(new ProducerBuilder<Null, byte[]>(KafkaSettings.Producer(options.Value))
            .SetLogHandler((_, message) => log.Librdkafka(message))
            .SetErrorHandler((producer, error) => Notice(producer, error))
            .Build());
    }

    private void Complete(TaskCompletionSource done, Life life, string topic, Error error)
    {
        if (!error.IsError)
        {
            done.SetResult();
            return;
        }

        Notice(life.Producer, error);
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
            if (_life is not { } life || !ReferenceEquals(life.Producer, producer))
                return;

            log.ProducerReplaced(error);
            _life = null;
            // Not here: this is the producer's own thread, and ending it waits for that.
            _retiring = Task.WhenAll(_retiring, Task.Run(life.End));
        }
    }

    /// <summary>A producer until it ends.</summary>
    private sealed class Life(IProducer<Null, byte[]> producer)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IProducer<Null, byte[]> Producer => producer;

        /// <summary>Completes when no reports come any more.</summary>
        public Task Ended => _ended.Task;

        /// <summary>Waits a while for what is on its way.</summary>
        public void End()
        {
            try
            {
                producer.Flush(s_flushTimeout);
            }
            finally
            {
                producer.Dispose();
                _ended.SetResult();
            }
        }
    }
}
