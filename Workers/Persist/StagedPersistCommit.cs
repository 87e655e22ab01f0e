using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;

namespace BrokerIm.Workers.Persist;

/// <summary>
/// Where rows, outbound log and progress live in different services, they are written in this order, each only after the one
/// before is safe: a crash in between leaves rows that nobody was told about, and the replay tells.
/// </summary>
internal sealed class StagedPersistCommit(IConversationStore store, ILogWriter<OutboundRecord> outbound) : IPersistCommit
{
    public async ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken)
    {
        if (!unit.Rows.IsEmpty)
            await store.WriteAsync(unit.Rows, cancellationToken);

        if (unit.Outbound.Count > 0)
        {
            // Partitions are independent of each other, and each has one record here.
            await Task.WhenAll(unit.Outbound.Select(
                part => outbound.AppendAsync(part.Partition, part.Record, cancellationToken).AsTask()));
        }

        await store.WriteProgressAsync(unit.Epoch, unit.Progress, cancellationToken);
    }
}
