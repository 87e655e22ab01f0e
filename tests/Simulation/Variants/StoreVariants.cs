using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.Variants;

/// <summary>Conversations begin at the newest message there is, not at the newest below the bound.</summary>
internal sealed class HeadRow : Variant
{
    public override string Name => "head-row";

    public override string Says => "conversations are loaded from the newest row, whoever left it there";

    public override IConversationStore Store(IConversationStore store, Node node, Cluster cluster) => new Unbound(store);

    private sealed class Unbound(IConversationStore inner) : StoreDecorator(inner)
    {
        public override ValueTask<IReadOnlyList<MessageHead?>> LoadAsync(
            IReadOnlyList<(ConversationId Conversation, long Bound)> keys, CancellationToken cancellationToken) =>
            Inner.LoadAsync([.. keys.Select(static key => (key.Conversation, long.MaxValue))], cancellationToken);
    }
}

/// <summary>A conversation that was dropped while idle comes back as it was when the worker first met it.</summary>
internal sealed class OldBound : Variant
{
    public override string Name => "old-bound";

    public override string Says => "an evicted conversation is loaded at the bound of its first load";

    public override IConversationStore Store(IConversationStore store, Node node, Cluster cluster) => new Remembering(store);

    private sealed class Remembering(IConversationStore inner) : StoreDecorator(inner)
    {
        private readonly Dictionary<ConversationId, long> _first = [];

        public override ValueTask<IReadOnlyList<MessageHead?>> LoadAsync(
            IReadOnlyList<(ConversationId Conversation, long Bound)> keys, CancellationToken cancellationToken)
        {
            foreach (var (conversation, bound) in keys)
                _first[conversation] = Math.Min(bound, _first.GetValueOrDefault(conversation, bound));
            return Inner.LoadAsync([.. keys.Select(key => (key.Conversation, _first[key.Conversation]))], cancellationToken);
        }
    }
}

/// <summary>Ids come from a counter that lives in a cache and may lose its last values.</summary>
internal sealed class CounterIds : Variant
{
    private const double Loses = 0.05;

    public override string Name => "counter-ids";

    public override string Says => "heads come from a counter that may lose its last values";

    public override IConversationStore Store(IConversationStore store, Node node, Cluster cluster) =>
        new Counting(store, cluster);

    private sealed class Counting(IConversationStore inner, Cluster cluster) : StoreDecorator(inner)
    {
        public override async ValueTask<IReadOnlyList<MessageHead?>> LoadAsync(
            IReadOnlyList<(ConversationId Conversation, long Bound)> keys, CancellationToken cancellationToken)
        {
            var heads = await Inner.LoadAsync(keys, cancellationToken);
            return [.. heads.Select(head => head is { MessageId: > 2 } && cluster.Scheduler.Happens(Loses)
                ? head with { MessageId = head.MessageId - 2 }
                : head)];
        }
    }
}

/// <summary>Cells are written at the time of day.</summary>
internal sealed class WallClock : Variant
{
    public override string Name => "wall-clock";

    public override string Says => "cells are written at the writer's time of day, not at their log position";

    public override IConversationStore Store(IConversationStore store, Node node, Cluster cluster) => new Clocked(store, node);

    private sealed class Clocked(IConversationStore inner, Node node) : StoreDecorator(inner)
    {
        // Microseconds, in the place of an epoch, an offset and an index.
        private LogPosition Now => new(0, 0, (node.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10 >> 12, 0);

        public override ValueTask WriteAsync(StoreBatch batch, CancellationToken cancellationToken)
        {
            var clocked = new StoreBatch();
            clocked.Messages.AddRange(batch.Messages.Select(row => row with { Position = Now }));
            clocked.Activities.AddRange(batch.Activities.Select(row => row with { Position = Now }));
            clocked.Erasures.AddRange(batch.Erasures);
            clocked.ReadMarks.AddRange(batch.ReadMarks);
            clocked.Removals.AddRange(batch.Removals);
            clocked.GroupEvents.AddRange(batch.GroupEvents);
            clocked.Joins.AddRange(batch.Joins);
            clocked.Leaves.AddRange(batch.Leaves);
            clocked.Shields.AddRange(batch.Shields.Select(row => row with { Position = Now }));
            clocked.Skips.AddRange(batch.Skips);
            return Inner.WriteAsync(clocked, cancellationToken);
        }
    }
}

/// <summary>Sends older than the window are taken for new.</summary>
/// <remarks>
/// A window without end never lets a send be stale, and a store that gives back only the newest of it makes it the window it was.
/// </remarks>
internal sealed class NoStaleRule : Variant
{
    public override string Name => "no-stale-rule";

    public override string Says => "a send that may have left the dedupe window is stored as a new one";

    public override int DedupeWindow(int window) => int.MaxValue;

    public override IConversationStore Store(IConversationStore store, Node node, Cluster cluster) =>
        new Short(store, cluster.Size.DedupeWindow);

    private sealed class Short(IConversationStore inner, int window) : StoreDecorator(inner)
    {
        public override async ValueTask<IReadOnlyList<MessageHead>> LoadWindowAsync(
            ConversationId conversation, long bound, uint beforeId, long untilMs, int max, CancellationToken cancellationToken) =>
            await Inner.LoadWindowAsync(conversation, bound, beforeId, untilMs, Math.Min(max, window), cancellationToken);
    }
}
