using BrokerIm.Adapters.Production.Kafka;

namespace BrokerIm.Tests.Conformance;

/// <summary>The log on a real broker, an old one, with the settings for it.</summary>
public sealed class Kafka09LogTests(KafkaTopics topics) : KafkaLogConformance(Settings(), topics.Take), IClassFixture<KafkaTopics>
{
    private static KafkaOptions Settings() => new()
    {
        BootstrapServers = Service.Address("BROKERIM_TEST_KAFKA"),
        Compatibility = KafkaCompatibility.Kafka09,
    };
}
