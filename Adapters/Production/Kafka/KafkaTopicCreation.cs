using System.Globalization;
using BrokerIm.Core.Ports;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>Creates the topics that are missing, as an installation needs them; those that are there are left as they are.</summary>
public sealed class KafkaTopicCreation(IOptions<KafkaOptions> options, TimeProvider time, ILogger<KafkaTopicCreation> log)
{
    /// <summary>Longer than anybody is away, shorter than the store remembers what was deleted.</summary>
    private static readonly TimeSpan s_retention = TimeSpan.FromDays(7);

    private static readonly TimeSpan s_createTimeout = TimeSpan.FromSeconds(30);

    private readonly KafkaOptions _options = options.Value;

    /// <summary>Creates what is missing.</summary>
    /// <param name="say">Told what is done, or what an operator has to do, a line at a time.</param>
    /// <param name="cancellationToken">Gives up waiting for a broker.</param>
    /// <returns>Topics that are still missing, because a broker this old cannot be asked to create them.</returns>
    /// <exception cref="DependencyUnavailableException">The broker does not answer or refuses; the message says why.</exception>
    public async Task<int> RunAsync(Action<string> say, CancellationToken cancellationToken)
    {
        var topics = new KafkaTopicList(_options, time, log);
        using var client = topics.Connect();
        var there = await Task.Run(() => topics.Ask(client, cancellationToken), cancellationToken);
        var missing = topics.Needed.Where(needed => !there.ContainsKey(needed.Topic)).ToList();
        if (missing.Count == 0)
            return 0;

        if (_options.Compatibility == KafkaCompatibility.Kafka09)
        {
            say("A broker as old as Kafka:Compatibility = 'Kafka09' says cannot be asked to create topics. With its own program:");
            foreach (var (topic, partitions) in missing)
                say($"  kafka-topics.sh --zookeeper HOST:PORT --create --topic {topic} --partitions {partitions} --replication-factor {_options.ReplicationFactor}");
            return missing.Count;
        }

        try
        {
            await client.CreateTopicsAsync(missing.Select(Specification), new() { OperationTimeout = s_createTimeout, RequestTimeout = s_createTimeout });
        }
        catch (CreateTopicsException exception)
        {
            var reasons = exception.Results.Where(result => result.Error.IsError).Select(result => $"{result.Topic}: {result.Error.Reason}");
            throw new DependencyUnavailableException($"Kafka did not create all topics. {string.Join("; ", reasons)}", exception);
        }
        catch (KafkaException exception)
        {
            throw new DependencyUnavailableException($"Kafka did not create the topics: {exception.Error.Reason}", exception);
        }

        foreach (var (topic, partitions) in missing)
            say($"Created topic {topic} with {partitions} partition{(partitions == 1 ? "" : "s")}.");
        return 0;
    }

    private TopicSpecification Specification((string Topic, int Partitions) needed) => new()
    {
        Name = needed.Topic,
        NumPartitions = needed.Partitions,
        ReplicationFactor = (short)_options.ReplicationFactor,
        Configs = new()
        {
            // A record that was confirmed is on every copy but one at least, so the loss of one loses nothing.
            ["min.insync.replicas"] = Math.Max(1, _options.ReplicationFactor - 1).ToString(CultureInfo.InvariantCulture),
            ["unclean.leader.election.enable"] = "false",
            ["retention.ms"] = s_retention.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
            ["max.message.bytes"] = _options.MaxMessageBytes.ToString(CultureInfo.InvariantCulture),
        },
    };
}
