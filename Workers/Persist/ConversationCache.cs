using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Persist;

/// <summary>Conversations in memory, loaded when first met and dropped when idle or when their partition went away.</summary>
/// <remarks>
/// Two generations instead of a list of uses: what was touched since the last turn is young; when the young are half of the
/// allowed number, the old ones go and the young become old. Only called between and inside batches by the one pump.
/// </remarks>
internal sealed class ConversationCache(
    IConversationStore store, RetryForever retry, IOptions<PersistOptions> options, LogLayout layout)
{
    private readonly Dictionary<int, Partition> _partitions = [];
    private readonly int _half = Math.Max(1, options.Value.CachedConversations / 2);

    /// <summary>Messages within which a repeat is recognised; the same for everybody who folds this log.</summary>
    internal int DedupeWindow { get; init; } = Limits.DedupeWindow;

    /// <summary>Client ids kept per idle conversation; older ones are read back when somebody retries that late.</summary>
    internal int IdleWindow { get; init; } = 64;

    /// <summary>Layout of the log this worker reads.</summary>
    public int Epoch => layout.Epoch;

    /// <summary>
    /// Begins a slice: everything of the partition below its first offset is stored. True when the partition is new here, so that
    /// everything known of it was void and has been dropped.
    /// </summary>
    public bool Enter(int partition, long generation, long firstOffset)
    {
        var isNew = !_partitions.TryGetValue(partition, out var known) || known.Generation != generation;
        if (isNew)
            _partitions[partition] = known = new(generation);

        known!.FirstOffset = firstOffset;
        return isNew;
    }

    /// <summary>
    /// Brings in what deciding the batch needs and is not here: the head of every conversation, groups and the members concerned,
    /// and read marks.
    /// </summary>
    public async ValueTask LoadAsync(List<PositionedEntry> entries, CancellationToken cancellationToken)
    {
        var missing = new List<(ConversationId, long)>();
        foreach (var entry in entries)
        {
            if (Find(entry.Conversation) is null)
            {
                missing.Add((entry.Conversation, Bound(entry.Position)));
                _partitions[entry.Position.Partition].Young[entry.Conversation] = new(null, DedupeWindow);
            }
        }

        if (missing.Count > 0)
            await LoadHeadsAsync(missing, cancellationToken);
        await LoadGroupsAsync(entries, cancellationToken);
        await LoadReadMarksAsync(entries, cancellationToken);
    }

    /// <summary>Brings in the part of the dedupe window that a send of the given time could repeat.</summary>
    public async ValueTask LoadWindowAsync(
        PositionedEntry entry, ConversationState state, long clientTimeMs, CancellationToken cancellationToken)
    {
        var max = (int)(state.KnownFrom - state.WindowFrom);
        var older = await retry.RunAsync(
            "loading a dedupe window",
            token => store.LoadWindowAsync(
                entry.Conversation, Bound(entry.Position), state.KnownFrom, clientTimeMs, max, token),
            cancellationToken);
        if (older.Count == 0 || older[0].MessageId != state.KnownFrom - 1)
        {
            throw new InvalidDataException(
                $"{entry.Conversation}: message {state.KnownFrom - 1} was stored and cannot be found.");
        }

        state.LearnOlder(older);
    }

    /// <summary>A conversation of the current batch.</summary>
    public ConversationState Get(ConversationId conversation) =>
        Find(conversation) ?? throw new InvalidOperationException($"{conversation} was not loaded.");

    /// <summary>Drops what is idle. Everything here is stored when this is called, so nothing is lost but a read.</summary>
    public void Trim()
    {
        foreach (var partition in _partitions.Values)
        {
            // Partitions share the allowance evenly; conversations are spread over them by a hash.
            if (partition.Young.Count <= Math.Max(1, _half / _partitions.Count))
                continue;

            foreach (var state in partition.Young.Values)
                state.Idle(IdleWindow);
            (partition.Old, partition.Young) = (partition.Young, partition.Old);
            partition.Young.Clear();
        }
    }

    private ConversationState? Find(ConversationId conversation)
    {
        var partition = _partitions[Partitioning.PartitionOf(conversation, layout.Partitions)];
        if (partition.Young.TryGetValue(conversation, out var state))
            return state;
        if (!partition.Old.Remove(conversation, out state))
            return null;

        partition.Young[conversation] = state;
        return state;
    }

    private long Bound(LogPosition position) =>
        LogPosition.Bound(position.Epoch, _partitions[position.Partition].FirstOffset);

    private async ValueTask LoadHeadsAsync(List<(ConversationId, long)> missing, CancellationToken cancellationToken)
    {
        var heads = await retry.RunAsync(
            "loading conversations", token => store.LoadAsync(missing, token), cancellationToken);
        for (var i = 0; i < missing.Count; i++)
        {
            var conversation = missing[i].Item1;
            _partitions[Partitioning.PartitionOf(conversation, layout.Partitions)].Young[conversation] = new(heads[i], DedupeWindow);
        }
    }

    private async ValueTask LoadGroupsAsync(List<PositionedEntry> entries, CancellationToken cancellationToken)
    {
        var groups = new Dictionary<uint, long>();
        var members = new HashSet<(uint Group, UserId User, long Bound)>();
        foreach (var entry in entries)
        {
            if (!entry.Conversation.IsGroup)
                continue;

            var (id, bound, group) = (entry.Conversation.GroupId, Bound(entry.Position), Get(entry.Conversation).Group);
            if (group is null)
                groups.TryAdd(id, bound);
            foreach (var user in ConversationFold.Concerned(entry.Entry))
            {
                if (group?.Knows(user) != true)
                    members.Add((id, user, bound));
            }
        }

        if (groups.Count > 0)
        {
            List<(uint Group, long Bound)> keys = [.. groups.Select(static group => (group.Key, group.Value))];
            var facts = await retry.RunAsync("loading groups", token => store.LoadGroupsAsync(keys, token), cancellationToken);
            for (var i = 0; i < keys.Count; i++)
                Get(ConversationId.Group(keys[i].Group)).Group = new(facts[i]);
        }

        if (members.Count > 0)
        {
            List<(uint Group, UserId User, long Bound)> keys = [.. members];
            var found = await retry.RunAsync("loading members", token => store.LoadMembershipsAsync(keys, token), cancellationToken);
            for (var i = 0; i < keys.Count; i++)
                Get(ConversationId.Group(keys[i].Group)).Group!.Learn(keys[i].User, found[i]);
        }
    }

    private async ValueTask LoadReadMarksAsync(List<PositionedEntry> entries, CancellationToken cancellationToken)
    {
        var missing = new HashSet<(UserId User, ConversationId Conversation)>();
        foreach (var entry in entries)
        {
            var reader = new UserId(entry.Entry.Sender);
            if (entry.Entry.Kind == EntryKind.ReadMark && !Get(entry.Conversation).KnowsReadMark(reader)
                && (entry.Conversation.IsGroup || entry.Conversation.HasMember(reader)))
                missing.Add((reader, entry.Conversation));
        }

        if (missing.Count == 0)
            return;

        List<(UserId User, ConversationId Conversation)> keys = [.. missing];
        var marks = await retry.RunAsync("loading read marks", token => store.ReadMarksAsync(keys, token), cancellationToken);
        for (var i = 0; i < keys.Count; i++)
            Get(keys[i].Conversation).LearnReadMark(keys[i].User, marks[i]);
    }

    private sealed class Partition(long generation)
    {
        public long Generation { get; } = generation;

        public long FirstOffset { get; set; }

        public Dictionary<ConversationId, ConversationState> Young { get; set; } = [];

        public Dictionary<ConversationId, ConversationState> Old { get; set; } = [];
    }
}
