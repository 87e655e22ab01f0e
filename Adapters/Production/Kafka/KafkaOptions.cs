using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>The record log on Kafka, from the <c>Kafka</c> section.</summary>
public sealed class KafkaOptions : IValidatableObject
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Kafka";

    /// <summary>Dead letters are few, and their order does not matter.</summary>
    internal const int DeadLetterPartitions = 1;

    /// <summary>Some brokers, <c>host:port,host:port</c>; they tell of the others. Defaults to localhost:9092.</summary>
    [Required]
    public string BootstrapServers { get; set; } = "localhost:9092";

    /// <summary>What the broker understands. Defaults to Modern.</summary>
    public KafkaCompatibility Compatibility { get; set; } = KafkaCompatibility.Modern;

    /// <summary>Layout of the log; part of the topics' names and of every write timestamp. Defaults to 1.</summary>
    [Range(1, 2_000)]
    public int Epoch { get; set; } = 1;

    /// <summary>Partitions of each topic, fixed for the life of the epoch. Defaults to 16.</summary>
    [Range(1, 10_000)]
    public int Partitions { get; set; } = 16;

    /// <summary>Copies of each partition, for the topics that the migrate command creates. Defaults to 3.</summary>
    [Range(1, 15)]
    public int ReplicationFactor { get; set; } = 3;

    /// <summary>First part of the topics' names. Defaults to im. (with the dot).</summary>
    [RegularExpression("[A-Za-z0-9._-]{0,100}")]
    public string TopicPrefix { get; set; } = "im.";

    /// <summary>First part of the consumer groups' names; installations that share topics differ in it. Defaults to none.</summary>
    [RegularExpression("[A-Za-z0-9._-]{0,100}")]
    public string GroupPrefix { get; set; } = "";

    /// <summary>After this time without confirmation an append has failed. Defaults to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the producer waits for company before it sends. Appends are batches already, so waiting mostly adds delay. Whole
    /// milliseconds; defaults to none.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:00.1")]
    public TimeSpan Linger { get; set; } = TimeSpan.Zero;

    /// <summary>Largest record with its overhead; brokers and topics must allow it. Defaults to 1,000,000.</summary>
    [Range(1_000_000, 100_000_000)]
    public int MaxMessageBytes { get; set; } = 1_000_000;

    /// <summary>Silence after which a worker's partitions are given to others. At most 30 s on old brokers. Defaults to 6 s.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:05:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// How long the broker holds back an answer while there is too little to send. It delays nothing where any record is enough, and
    /// spares idle workers from asking hundreds of times a second. Defaults to 100 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan FetchWait { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What is enough to send. Defaults to 1, which is any record at once.</summary>
    [Range(1, 1_000_000)]
    public int FetchMinBytes { get; set; } = 1;

    /// <summary>Records of one batch at most. Defaults to 512.</summary>
    [Range(1, 100_000)]
    public int BatchRecords { get; set; } = 512;

    /// <summary>Bytes after which a batch is closed. Defaults to 4 MiB.</summary>
    [Range(100_000, 1_000_000_000)]
    public int BatchBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How often commits reach the broker; what was done since is done again after a crash. Defaults to 0.5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a starting process waits for the broker. Defaults to 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Further settings of the client library by its own names, such as <c>security.protocol</c>, <c>sasl.username</c> or
    /// <c>ssl.ca.location</c>. They win over ours, but for those that <see cref="Durability"/> names.
    /// </summary>
    public Dictionary<string, string> Client { get; set; } = [];

    /// <summary>From the gateways to Persist.</summary>
    internal string InboundTopic => $"{TopicPrefix}inbound.e{Epoch}";

    /// <summary>From Persist to Deliver; partitioned as the inbound topic.</summary>
    internal string OutboundTopic => $"{TopicPrefix}outbound.e{Epoch}";

    /// <summary>What nobody could handle.</summary>
    internal string DeadLetterTopic => $"{TopicPrefix}dead";

    /// <summary>
    /// Settings of the client library that what is promised rests on: what is confirmed is on every in-sync replica, in order, and an
    /// offset is committed only after the work.
    /// </summary>
    internal static IReadOnlySet<string> Durability { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "acks", "request.required.acks", "enable.idempotence", "max.in.flight", "max.in.flight.requests.per.connection",
        "delivery.report.only.error", "enable.auto.offset.store", "auto.offset.reset", "group.id", "partition.assignment.strategy",
    };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Enum.IsDefined(Compatibility))
        {
            yield return new(
                $"Kafka:Compatibility = '{Compatibility}': not one of {string.Join(", ", Enum.GetNames<KafkaCompatibility>())}.",
                [nameof(Compatibility)]);
        }

        if (Compatibility == KafkaCompatibility.Kafka09 && SessionTimeout > TimeSpan.FromSeconds(30))
            yield return new($"Kafka:SessionTimeout = '{SessionTimeout}': at most 00:00:30 at Kafka09.", [nameof(SessionTimeout)]);

        foreach (var (key, value) in Client)
        {
            if (Durability.Contains(key))
                yield return new($"Kafka:Client:{key} = '{value}': the guarantees rest on this setting; it cannot be changed.", [nameof(Client)]);
        }
    }
}

[OptionsValidator]
internal sealed partial class KafkaOptionsValidator : IValidateOptions<KafkaOptions>;
