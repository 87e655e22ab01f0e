using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Embedded;

/// <summary>The embedded inbound log keeps nothing that is done: it lives in memory, and a record leaves it when it is stored.</summary>
internal sealed class EmbeddedInboundHistory(IConversationStore store) : ILogHistory<InboundRecord>
{
    public async ValueTask<IReadOnlyList<KeptRecords>> KeptAsync(CancellationToken cancellationToken)
    {
        var progress = await store.ReadProgressAsync(EmbeddedLayout.Layout.Epoch, cancellationToken);
        var done = progress.GetValueOrDefault(EmbeddedLayout.Partition);
        return [new(done, done, done)];
    }

    public IAsyncEnumerable<LogBatch<InboundRecord>> ReadAsync(int partition, long fromOffset, long toOffset, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<LogBatch<InboundRecord>>();
}
