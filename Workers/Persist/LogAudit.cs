using System.Runtime.CompilerServices;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Persist;

/// <summary>
/// Folds again what the inbound log keeps and looks for all of it in the store: every message that was acknowledged from it must stand
/// there, under the id the fold gives, with the facts and at the position the log says.
/// </summary>
/// <remarks>
/// It is the worker itself, on a commit that compares instead of writing. So a conversation whose beginning the log no longer keeps goes on
/// from what is stored below the first record that it does keep. Writes nothing; workers may run meanwhile.
/// </remarks>
public sealed class LogAudit(
    ILogHistory<InboundRecord> history,
    IConversationStore store,
    LogLayout layout,
    RetryForever retry,
    TimeProvider time,
    ILoggerFactory logs)
{
    /// <summary>Goes through all partitions, one after the other.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyUnavailableException">The log does not answer. The store is asked until it does.</exception>
    public async IAsyncEnumerable<LogAuditPart> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var progress = await store.ReadProgressAsync(layout.Epoch, cancellationToken);
        var kept = await history.KeptAsync(cancellationToken);
        for (var partition = 0; partition < kept.Count; partition++)
        {
            // Both are true: what either says is done was stored and told. A store that lost its last writes has lost its progress too.
            var done = Math.Min(kept[partition].End, Math.Max(kept[partition].Done, progress.GetValueOrDefault(partition)));
            yield return await RunAsync(partition, kept[partition] with { Done = done }, cancellationToken);
        }
    }

    private async Task<LogAuditPart> RunAsync(int partition, KeptRecords kept, CancellationToken cancellationToken)
    {
        var comparison = new ComparingCommit(store);
        var cache = new ConversationCache(store, retry, Options.Create(new PersistOptions()), layout);
        var poison = new PoisonBox(store, comparison, retry, time, logs.CreateLogger<PoisonBox>());
        var erased = new ErasedMessages(store, retry, logs.CreateLogger<ErasedMessages>());
        var worker = new PersistHandler(
            cache, store, comparison, poison, erased, retry, time, logs.CreateLogger<PersistHandler>());
        await foreach (var batch in history.ReadAsync(partition, kept.First, kept.Done, cancellationToken))
            await worker.HandleAsync(batch, cancellationToken);
        return new(partition, kept, comparison.Messages, comparison.Erasures, comparison.Findings);
    }
}

/// <summary>What an audit of a partition of the log found.</summary>
/// <param name="Partition">Which.</param>
/// <param name="Kept">From where to where it was compared.</param>
/// <param name="Messages">Messages that the log gives.</param>
/// <param name="Erased">Messages that orders in it erase.</param>
/// <param name="Findings">What is wrong, a sentence each; nothing when all is well.</param>
public sealed record LogAuditPart(int Partition, KeptRecords Kept, long Messages, long Erased, IReadOnlyList<string> Findings);
