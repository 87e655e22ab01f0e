using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Logging;
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

    /// <summary>A member of the group that has yet to join.</summary>
    public KafkaPoller<InboundRecord> NewPoller(ILogger log) => new(_topic, _group, InboundRecord.Parser, start: null, new(), _options.Value, log);

    /// <summary>Whether the members of the group have been told their partitions, as its broker sees it.</summary>
    /// <remarks>DescribeGroups in its first version, by hand: the client library asks no broker that old.</remarks>
    public async Task<bool> IsGroupStableAsync()
    {
        const short DescribeGroups = 15;
        var request = new byte[20 + _group.Length];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length - sizeof(int));
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(4), DescribeGroups);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(14), 1);
        BinaryPrimitives.WriteInt16BigEndian(request.AsSpan(18), (short)_group.Length);
        Encoding.ASCII.GetBytes(_group, request.AsSpan(20));

        var broker = _options.Value.BootstrapServers.Split(':');
        using var client = new TcpClient(broker[0], int.Parse(broker[1], CultureInfo.InvariantCulture));
        var stream = client.GetStream();
        await stream.WriteAsync(request, Deadline.Token);
        var answer = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(answer, Deadline.Token);
        answer = new byte[BinaryPrimitives.ReadInt32BigEndian(answer)];
        await stream.ReadExactlyAsync(answer, Deadline.Token);
        return answer.AsSpan().IndexOf("Stable"u8) >= 0;
    }

    public ILogHistory<InboundRecord> History => new KafkaInboundHistory(_topic, new(_options), _options);

    /// <summary>Appends what no writer would.</summary>
    public Task AppendBytesAsync(int partition, byte[] bytes) => Producer.AppendAsync(_topic, partition, bytes, Deadline.Token);

    public void Dispose() => Producer.Dispose();
}
