namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>What the broker is known to understand.</summary>
public enum KafkaCompatibility
{
    /// <summary>Asks the broker for its versions and uses an idempotent producer; 0.11 and later, which is every supported one.</summary>
    Modern,

    /// <summary>Speaks as to a 0.9 broker, which does not tell its versions and has no idempotent producer.</summary>
    Kafka09,
}
