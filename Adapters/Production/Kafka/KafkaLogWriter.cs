using BrokerIm.Core.Ports;
using Google.Protobuf;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>Appends to one topic. The caller names the partition; records have no key.</summary>
internal sealed class KafkaLogWriter<TRecord>(KafkaProducer producer, string topic, int partitionCount) : ILogWriter<TRecord>
    where TRecord : IMessage
{
    public int PartitionCount => partitionCount;

    public ValueTask AppendAsync(int partition, TRecord record, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, partitionCount);
        return new(producer.AppendAsync(topic, partition, record.ToByteArray(), cancellationToken));
    }
}
