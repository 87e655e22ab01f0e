using Confluent.Kafka;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>
/// Our options in the client library's terms. Each client gets an object of its own: made from one another, they would share one
/// dictionary, and a producer's setting would fail the consumer.
/// </summary>
internal static class KafkaSettings
{
    public static AdminClientConfig Admin(KafkaOptions options) => Common(new AdminClientConfig(), options);

    public static ProducerConfig Producer(KafkaOptions options)
    {
        var modern = options.Compatibility == KafkaCompatibility.Modern;
        return Common(
            new ProducerConfig
            {
                Acks = Acks.All,
                EnableIdempotence = modern,
                // Without idempotence a retry could overtake the request after it.
                MaxInFlight = modern ? 5 : 1,
                LingerMs = options.Linger.TotalMilliseconds,
                MessageTimeoutMs = (int)options.DeliveryTimeout.TotalMilliseconds,
                MessageMaxBytes = options.MaxMessageBytes,
                BatchSize = options.MaxMessageBytes,
                QueueBufferingMaxKbytes = 128 * 1024,
                // The callers know what they sent where; all they need is the error.
                DeliveryReportFields = "none",
            },
            options);
    }

    public static ConsumerConfig Consumer(KafkaOptions options, string group) => Common(
        new ConsumerConfig
        {
            GroupId = options.GroupPrefix + group,
            // Old brokers know no other that gives a partition to one member at a time and no rebalance in steps.
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            AllowAutoCreateTopics = false,
            // What is done is stored by us and sent by the library, in the background and when partitions are taken away.
            EnableAutoOffsetStore = false,
            EnableAutoCommit = true,
            AutoCommitIntervalMs = (int)options.CommitInterval.TotalMilliseconds,
            SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            HeartbeatIntervalMs = (int)options.SessionTimeout.TotalMilliseconds / 3,
            MaxPollIntervalMs = (int)Math.Max(options.SessionTimeout.TotalMilliseconds, TimeSpan.FromMinutes(5).TotalMilliseconds),
            FetchWaitMaxMs = (int)options.FetchWait.TotalMilliseconds,
            FetchMinBytes = options.FetchMinBytes,
            FetchErrorBackoffMs = 100,
            MaxPartitionFetchBytes = Math.Max(options.MaxMessageBytes, 1024 * 1024),
            QueuedMaxMessagesKbytes = 32 * 1024,
            ConsumeResultFields = "none",
        },
        options);

    private static T Common<T>(T config, KafkaOptions options)
        where T : ClientConfig
    {
        config.BootstrapServers = options.BootstrapServers;
        config.ClientId = "brokerim";
        config.SocketNagleDisable = true;
        config.SocketKeepaliveEnable = true;
        config.SocketTimeoutMs = 10_000;
        config.ReconnectBackoffMs = 50;
        config.ReconnectBackoffMaxMs = 1_000;
        if (options.Compatibility == KafkaCompatibility.Kafka09)
        {
            config.ApiVersionRequest = false;
            config.BrokerVersionFallback = "0.9.0.1";
        }

        foreach (var (key, value) in options.Client)
            config.Set(key, value);
        return config;
    }
}
