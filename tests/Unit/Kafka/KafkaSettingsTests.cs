using BrokerIm.Adapters.Production.Kafka;
using Confluent.Kafka;

namespace BrokerIm.Tests.Unit.Kafka;

/// <summary>What the client library is told, where the guarantees rest on it.</summary>
public sealed class KafkaSettingsTests
{
    [Theory]
    [InlineData(KafkaCompatibility.Kafka09, false, 1)]
    [InlineData(KafkaCompatibility.Modern, true, 5)]
    public void What_is_confirmed_is_on_every_replica_and_in_order(KafkaCompatibility compatibility, bool idempotent, int inFlight)
    {
        var producer = KafkaSettings.Producer(Options(compatibility));

        Assert.Equal((Acks.All, idempotent, inFlight), (producer.Acks, producer.EnableIdempotence, producer.MaxInFlight));
    }

    [Fact]
    public void An_offset_is_stored_by_us_alone_and_reading_begins_at_the_beginning()
    {
        var consumer = KafkaSettings.Consumer(Options(KafkaCompatibility.Modern), "persist");

        Assert.Equal((false, AutoOffsetReset.Earliest), (consumer.EnableAutoOffsetStore, consumer.AutoOffsetReset));
    }

    private static KafkaOptions Options(KafkaCompatibility compatibility) =>
        new() { BootstrapServers = "127.0.0.1:9092", Compatibility = compatibility };
}
