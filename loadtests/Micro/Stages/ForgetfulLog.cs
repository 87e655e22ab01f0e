using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>A log that confirms each record at once and keeps none.</summary>
internal sealed class ForgetfulLog : ILogWriter<InboundRecord>
{
    private long _entries;

    public int PartitionCount => 1;

    /// <summary>Entries appended.</summary>
    public long Entries => Volatile.Read(ref _entries);

    public ValueTask AppendAsync(int partition, InboundRecord record, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _entries, record.Entries.Count);
        return default;
    }
}
