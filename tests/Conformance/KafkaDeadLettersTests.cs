using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

/// <summary>Dead letters on a real broker.</summary>
public sealed class KafkaDeadLettersTests : DeadLettersConformance, IAsyncLifetime
{
    private readonly IOptions<KafkaOptions> _options;
    private readonly KafkaProducer _producer;

    public KafkaDeadLettersTests()
    {
        var name = $"test.{Guid.NewGuid():n}."[..14];
        _options = Options.Create(new KafkaOptions
        {
            BootstrapServers = Service.Address("BROKERIM_TEST_KAFKA"), Compatibility = KafkaCompatibility.Kafka09, TopicPrefix = name, GroupPrefix = name,
        });
        _producer = new(_options, NullLogger<KafkaProducer>.Instance);
        Writer = new KafkaLogWriter<DeadLetter>(_producer, _options.Value.DeadLetterTopic, 1);
        Reader = new KafkaDeadLetters(_options);
    }

    protected override ILogWriter<DeadLetter> Writer { get; }

    protected override IDeadLetterReader Reader { get; }

    public async ValueTask InitializeAsync() => await KafkaTopics.CreateAsync([(_options.Value.DeadLetterTopic, 1)], Deadline.Token);

    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        return ValueTask.CompletedTask;
    }
}
