using System.Runtime.CompilerServices;
using BrokerIm.Core.Ports;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>Reads one topic as a member of a consumer group. Joins the group when the reading begins and leaves it when it ends.</summary>
internal sealed class KafkaLogReader<TRecord>(
    string topic,
    string group,
    MessageParser<TRecord> parser,
    IOptions<KafkaOptions> options,
    ILogger<KafkaLogReader<TRecord>> log) : ILogReader<TRecord>
    where TRecord : IMessage<TRecord>
{
    private readonly AssignedPartitions _assigned = new();
    private KafkaPoller<TRecord>? _poller;

    public IReadOnlyList<(int Partition, long Generation)> Assignments => _assigned.Snapshot();

    public async IAsyncEnumerable<LogBatch<TRecord>> ReadAsync(
        ILogStart? start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var poller = new KafkaPoller<TRecord>(topic, group, parser, start, _assigned, options.Value, log);
        if (Interlocked.CompareExchange(ref _poller, poller, null) is not null)
            throw new InvalidOperationException($"{topic} is being read already.");

        try
        {
            poller.Start();
            while (await poller.NextAsync(cancellationToken) is { } batch)
                yield return batch;
        }
        finally
        {
            _poller = null;
        }
    }

    public ValueTask CommitAsync(LogBatch<TRecord> batch, CancellationToken cancellationToken)
    {
        foreach (var slice in batch.Slices)
        {
            if (_poller?.TryStore(slice.Partition, slice.Generation, slice.NextOffset) != true)
                log.CommitIgnored(topic, slice.Partition, slice.Generation);
        }

        return ValueTask.CompletedTask;
    }
}
