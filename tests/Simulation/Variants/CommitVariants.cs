using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.Variants;

/// <summary>Answers are on their way before the messages are stored.</summary>
internal sealed class AckEarly : Variant
{
    public override string Name => "ack-early";

    public override string Says => "the outbound record, and with it the answer, goes out before the store has the messages";

    public override IPersistCommit Commit(
        IPersistCommit commit, IConversationStore store, ILogWriter<OutboundRecord> outbound, Node node) => new Early(commit, outbound);

    private sealed class Early(IPersistCommit inner, ILogWriter<OutboundRecord> outbound) : IPersistCommit
    {
        public async ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken)
        {
            foreach (var (partition, record) in unit.Outbound)
                await outbound.AppendAsync(partition, record, cancellationToken);
            await inner.CommitAsync(unit with { Outbound = [] }, cancellationToken);
        }
    }
}

/// <summary>A write that is not confirmed in time is taken for done.</summary>
internal sealed class SkipOnTimeout : Variant
{
    public override string Name => "skip-on-timeout";

    public override string Says => "a batch whose write is not confirmed in time is skipped";

    public override IPersistCommit Commit(
        IPersistCommit commit, IConversationStore store, ILogWriter<OutboundRecord> outbound, Node node) => new Skipping(commit);

    private sealed class Skipping(IPersistCommit inner) : IPersistCommit
    {
        public async ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken)
        {
            try
            {
                await inner.CommitAsync(unit, cancellationToken);
            }
            catch (DependencyUnavailableException)
            {
                // This is the mistake.
            }
        }
    }
}

/// <summary>A batch counts as done while it is still being written, so that its conversations may be evicted and loaded again.</summary>
internal sealed class EvictBusy : Variant
{
    public override string Name => "evict-busy";

    public override string Says => "the next batch begins, and conversations are evicted, while the last one is being written";

    public override IPersistCommit Commit(
        IPersistCommit commit, IConversationStore store, ILogWriter<OutboundRecord> outbound, Node node) => new Behind(commit, node);

    private sealed class Behind(IPersistCommit inner, Node node) : IPersistCommit
    {
        public ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken)
        {
            node.Start("writing behind", () => WriteAsync(unit, cancellationToken));
            return ValueTask.CompletedTask;
        }

        private async Task WriteAsync(PersistUnit unit, CancellationToken cancellationToken)
        {
            while (true)
            {
                try
                {
                    await inner.CommitAsync(unit, cancellationToken);
                    return;
                }
                catch (DependencyUnavailableException)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(50), node.Time, cancellationToken);
                }
            }
        }
    }
}
