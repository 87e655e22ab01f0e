using System.Diagnostics;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Workers.Persist;

/// <summary>
/// Gives each message its place in its conversation: folds what the log brought, makes it durable as one unit, hands it on.
/// </summary>
/// <remarks>
/// Safe to repeat, from any earlier position, by anybody: ids are ranks in the log and every cell is written at its log position.
/// A batch is done with before the next is taken, so everything below a batch's first offset is stored when the batch is folded;
/// that first offset is the bound under which conversations are loaded, and rows at or above it are somebody's leftovers that
/// this worker will write again with the same values.
/// </remarks>
internal sealed class PersistHandler(
    ConversationCache cache,
    IConversationStore store,
    IPersistCommit commit,
    PoisonBox poison,
    ErasedMessages erased,
    RetryForever retry,
    TimeProvider time,
    ILogger<PersistHandler> log) : IBatchHandler<InboundRecord>, ILogStart
{
    public ILogStart Start => this;

    /// <summary>
    /// The store's own idea of progress. The smaller of it and the log's committed offset counts: a store that lost its last
    /// seconds has lost its last progress too, and so draws the reading back far enough.
    /// </summary>
    public async ValueTask<long?> StartOffsetAsync(int partition, CancellationToken cancellationToken)
    {
        var progress = await retry.RunAsync(
            "reading progress", token => store.ReadProgressAsync(cache.Epoch, token), cancellationToken);
        return progress.TryGetValue(partition, out var next) ? next : null;
    }

    public async Task HandleAsync(LogBatch<InboundRecord> batch, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var activity = StartActivity(batch);

        foreach (var slice in batch.Slices)
        {
            if (cache.Enter(slice.Partition, slice.Generation, slice.FirstOffset))
                await poison.LoadSkipsAsync(slice.Epoch, slice.Partition, slice.FirstOffset, cancellationToken);
        }

        var entries = await poison.SortOutAsync(batch, cancellationToken);
        await cache.LoadAsync(entries, cancellationToken);

        var unit = new UnitBuilder(batch, entries, activity?.Id);
        foreach (var entry in entries)
        {
            var state = cache.Get(entry.Conversation);
            if (ClientMessageId.TryRead(entry.Entry.ClientMessageId.Span, out var id) && state.NeedsOlder(id.TimeMs))
                await cache.LoadWindowAsync(entry, state, id.TimeMs, cancellationToken);

            var decision = ConversationFold.Apply(state, entry.Entry, entry.Position.WriteTimestamp);
            unit.Add(entry, decision, state);
            if (decision.Kind == DecisionKind.Erased)
                unit.AddErasures(entry, await erased.FindAsync(entry, decision, unit, cancellationToken));
            PersistMetrics.Count(decision);
        }

        var writes = unit.Build(poison.TakeSkips());
        var stored = time.GetTimestamp();
        await retry.RunAsync("storing", token => commit.CommitAsync(writes, token), cancellationToken);

        PersistMetrics.StoreSeconds.Record(time.GetElapsedTime(stored).TotalSeconds);
        PersistMetrics.BatchRows.Record(writes.Rows.Messages.Count);
        PersistMetrics.Observe(entries, time);
        cache.Trim();
        log.BatchStored(entries.Count, writes.Rows.Messages.Count, time.GetElapsedTime(began).TotalMilliseconds);
    }

    private static Activity? StartActivity(LogBatch<InboundRecord> batch)
    {
        // One batch has many parents; the first record's stands for them, which is exact on an idle system.
        foreach (var slice in batch.Slices)
        {
            foreach (var record in slice.Records)
            {
                if (record.Value is { TraceParent.Length: > 0 } value)
                    return Telemetry.Activities.StartActivity("persist", ActivityKind.Consumer, value.TraceParent);
            }
        }

        return Telemetry.Activities.StartActivity("persist", ActivityKind.Consumer);
    }
}
