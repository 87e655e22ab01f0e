using BrokerIm.Core.Ports;
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
    /// <exception cref="OptionsValidationException">The topics are not as configured.</exception>
    /// <exception cref="DependencyUnavailableException">No broker answered within <see cref="KafkaOptions.StartTimeout"/>.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var topics = new KafkaTopicList(options.Value, time, log);
        using var client = topics.Connect();
        var there = await Task.Run(() => topics.Ask(client, cancellationToken), cancellationToken);
        string[] problems = [.. topics.Needed.Select(needed => Problem(there, needed.Topic, needed.Partitions)).OfType<string>()];
        if (problems.Length > 0)
            throw new OptionsValidationException(KafkaOptions.Section, typeof(KafkaOptions), problems);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string? Problem(IReadOnlyDictionary<string, int> topics, string topic, int partitions)
    {
        if (!topics.TryGetValue(topic, out var found))
            return $"Kafka: {options.Value.BootstrapServers} has no topic {topic}; create it with {partitions} partitions.";
        return found == partitions
            ? null
            : $"Kafka: topic {topic} has {found} partitions, but {partitions} are configured; the number is fixed for the life of an epoch.";
    }
}
