using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>The topics that must be there, and those that are.</summary>
internal sealed class KafkaTopicList(KafkaOptions options, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_askTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Topics with their partitions, as configured.</summary>
    public IReadOnlyList<(string Topic, int Partitions)> Needed { get; } =
    [
        (options.InboundTopic, options.Partitions),
        (options.OutboundTopic, options.Partitions),
        (options.DeadLetterTopic, KafkaOptions.DeadLetterPartitions),
    ];

    /// <summary>A client for such questions. The caller disposes of it.</summary>
    public IAdminClient Connect()
    {
        NativeLibrdkafka.Prepare();
        return new AdminClientBuilder(KafkaSettings.Admin(options))
            .SetLogHandler((_, message) => log.Librdkafka(message))
            .SetErrorHandler((_, error) => log.KafkaError(error))
            .Build();
    }

    /// <summary>Topics with their partitions, as the broker has them. Blocks its thread for seconds when nobody answers.</summary>
    /// <exception cref="DependencyUnavailableException">No broker answered within <see cref="KafkaOptions.StartTimeout"/>.</exception>
    public IReadOnlyDictionary<string, int> Ask(IAdminClient client, CancellationToken cancellationToken)
    {
        var askTimeout = options.StartTimeout < s_askTimeout ? options.StartTimeout : s_askTimeout;
        var began = time.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                // All topics, because asking for one by name makes some brokers create it.
                return client.GetMetadata(askTimeout).Topics
                    .Where(topic => !topic.Error.IsError)
                    .ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count, StringComparer.Ordinal);
            }
            catch (KafkaException exception) when (time.GetElapsedTime(began) < options.StartTimeout)
            {
                log.BrokerAwaited(options.BootstrapServers, exception.Error);
            }
            catch (KafkaException exception)
            {
                throw new DependencyUnavailableException(
                    $"No Kafka broker at {options.BootstrapServers} answered within {options.StartTimeout}.", exception);
            }
        }
    }
}
