using BrokerIm.Core.Ports;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>One process's writing hand on a topic. Whoever repeats what had an unknown outcome makes duplicates.</summary>
internal sealed class LogWriter<TRecord>(string call, Wire wire, LogTopic<TRecord> topic) : ILogWriter<TRecord>
{
    public int PartitionCount => topic.Partitions;

    public async ValueTask AppendAsync(int partition, TRecord record, CancellationToken cancellationToken) =>
        await wire.AskAsync(call, () =>
        {
            topic.Append(partition, record);
            return true;
        }).WaitAsync(cancellationToken);
}
