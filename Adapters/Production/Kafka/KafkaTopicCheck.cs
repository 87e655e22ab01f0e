using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>
/// Before anything else starts: the topics are there with exactly the partitions that are configured. With another number
/// conversations would be looked for in the wrong partitions, and their order would be lost.
/// </summary>
internal sealed class KafkaTopicCheck(IOptions<KafkaOptions> options, TimeProvider time, ILogger<KafkaTopicCheck> log)
    : IHostedLifecycleService
{
    private static readonly TimeSpan s_askTimeout = TimeSpan.FromSeconds(5);

    /// <exception cref="OptionsValidationException">The topics are not as configured.</exception>
    /// <exception cref="DependencyUnavailableException">No broker answered within <see cref="KafkaOptions.StartTimeout"/>.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // The question blocks its thread for seconds when nobody answers.
        var topics = await Task.Run(() => Ask(cancellationToken), cancellationToken);
        string[] problems =
        [
            .. Problems(topics, options.Value.InboundTopic, options.Value.Partitions),
            .. Problems(topics, options.Value.OutboundTopic, options.Value.Partitions),
            .. Problems(topics, options.Value.DeadLetterTopic, KafkaOptions.DeadLetterPartitions),
        ];
        if (problems.Length > 0)
            throw new OptionsValidationException(KafkaOptions.Section, typeof(KafkaOptions), problems);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Dictionary<string, int> Ask(CancellationToken cancellationToken)
    {
        NativeLibrdkafka.Prepare();
        using var client = new AdminClientBuilder(KafkaSettings.Admin(options.Value))
            .SetLogHandler((_, message) => log.Librdkafka(message))
            .SetErrorHandler((_, error) => log.KafkaError(error))
            .Build();
        var askTimeout = options.Value.StartTimeout < s_askTimeout ? options.Value.StartTimeout : s_askTimeout;
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
            catch (KafkaException exception) when (time.GetElapsedTime(began) < options.Value.StartTimeout)
            {
                log.BrokerAwaited(options.Value.BootstrapServers, exception.Error);
            }
            catch (KafkaException exception)
            {
                throw new DependencyUnavailableException(
                    $"No Kafka broker at {options.Value.BootstrapServers} answered within {options.Value.StartTimeout}.", exception);
            }
        }
    }

    private string[] Problems(Dictionary<string, int> topics, string topic, int partitions)
    {
        if (!topics.TryGetValue(topic, out var found))
            return [$"Kafka: {options.Value.BootstrapServers} has no topic {topic}; create it with {partitions} partitions."];
        return found == partitions
            ? []
            : [$"Kafka: topic {topic} has {found} partitions, but {partitions} are configured; the number is fixed for the life of an epoch."];
    }
}
