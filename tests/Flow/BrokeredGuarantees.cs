using BrokerIm.Tests.Conformance;

namespace BrokerIm.Tests.Flow;

/// <summary>The guarantees on separate processes with Kafka, Cassandra, RabbitMQ and Redis between them.</summary>
[Collection(Installation.OneAtATime)]
public sealed class BrokeredGuarantees(BrokeredInstallation installation)
    : ChatGuarantees(installation), IClassFixture<BrokeredInstallation>;

/// <summary>One process per role, on topics, exchanges and keys of its own.</summary>
public class BrokeredInstallation : Installation
{
    private const int Partitions = 4;
    private static readonly string[] s_services =
        ["BROKERIM_TEST_KAFKA", "BROKERIM_TEST_CASSANDRA", "BROKERIM_TEST_RABBITMQ", "BROKERIM_TEST_REDIS"];

    private readonly string _name = $"flow{Guid.NewGuid():n}"[..12];

    public override IReadOnlyList<string> Members { get; } = ["persist", "deliver", "gateway"];

    /// <summary>Where Cassandra is.</summary>
    protected virtual string StoreAddress => Service.Address("BROKERIM_TEST_CASSANDRA");

    public override void Require()
    {
        foreach (var service in s_services)
            Service.Address(service);
    }

    protected override bool IsAvailable =>
        s_services.All(service => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(service)));

    protected override IEnumerable<(string Key, string Value)> Settings() =>
    [
        ("Kafka:BootstrapServers", Service.Address("BROKERIM_TEST_KAFKA")),
        ("Kafka:Compatibility", "Kafka09"),
        ("Kafka:TopicPrefix", $"{_name}."),
        ("Kafka:GroupPrefix", $"{_name}."),
        ("Kafka:Partitions", $"{Partitions}"),
        ("Kafka:SessionTimeout", "00:00:03"),
        .. StoreSettings(),
        ("RabbitMq:Uri", Service.Address("BROKERIM_TEST_RABBITMQ")),
        ("RabbitMq:Prefix", _name),
        ("Redis:Configuration", Service.Address("BROKERIM_TEST_REDIS")),
        ("Redis:KeyPrefix", $"{_name}:"),
    ];

    protected override IEnumerable<(string Key, string Value)> StoreSettings() =>
    [
        ("Cassandra:ContactPoints", StoreAddress),
        ("Cassandra:Keyspace", _name),
        ("Cassandra:ReplicationFactor", "1"),
    ];

    /// <summary>The old broker's topics are made by a program of its own; on a current one the migration makes them too.</summary>
    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await KafkaTopics.CreateAsync(
            [($"{_name}.inbound.e1", Partitions), ($"{_name}.outbound.e1", Partitions), ($"{_name}.dead", 1)], cancellationToken);
        await RunAsync(["migrate"], Settings(), cancellationToken);
    }
}
