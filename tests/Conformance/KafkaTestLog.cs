using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

/// <summary>One topic, with a writer and readers of one group.</summary>
internal sealed class KafkaTestLog : IDisposable
{
    private readonly string _group = $"test.{Guid.NewGuid():n}";
    private readonly IOptions<KafkaOptions> _options;
    private readonly string _topic;

    public KafkaTestLog(KafkaOptions settings, string topic)
    {
        (_options, _topic) = (Options.Create(settings), topic);
        Producer = new(_options, NullLogger<KafkaProducer>.Instance);
        Writer = new KafkaLogWriter<InboundRecord>(Producer, topic, settings.Partitions);
    }

    public KafkaProducer Producer { get; }

    public ILogWriter<InboundRecord> Writer { get; }

    public ILogReader<InboundRecord> NewReader() => new KafkaLogReader<InboundRecord>(
        _topic, _group, InboundRecord.Parser, _options, new TestOutputLogger<KafkaLogReader<InboundRecord>>());

    public ILogHistory<InboundRecord> History => new KafkaInboundHistory(_topic, new(_options), _options);

    /// <summary>Appends what no writer would.</summary>
    public Task AppendBytesAsync(int partition, byte[] bytes) => Producer.AppendAsync(_topic, partition, bytes, Deadline.Token);

    public void Dispose() => Producer.Dispose();
}
