using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.World;
using BrokerIm.Workers.Persist;

namespace BrokerIm.Simulation.Truth;

/// <summary>
/// What the inbound log means: every record folded once, in order, by one who never crashes, forgets or reads from a store. Whatever
/// workers do, the store has to end up like this.
/// </summary>
internal sealed class Reference
{
    private readonly int _epoch;
    private readonly int _window;
    private readonly Dictionary<ConversationId, ConversationState> _states = [];
    private readonly Dictionary<RowSet, Dictionary<RowKey, Cell>> _rows = [];
    private readonly List<List<CellWrite>>[] _written;

    /// <summary>Follows a log from its beginning.</summary>
    public Reference(LogTopic<InboundRecord> inbound, int epoch, int window)
    {
        (_epoch, _window) = (epoch, window);
        _written = [.. Enumerable.Range(0, inbound.Partitions).Select(static _ => new List<List<CellWrite>>())];
        inbound.Watch(Follow);
    }

    /// <summary>The rows that the store has to end up with; none of progress.</summary>
    public IReadOnlyDictionary<RowSet, Dictionary<RowKey, Cell>> Rows => _rows;

    /// <summary>Conversations that have a message or a group.</summary>
    public IEnumerable<ConversationId> Conversations => _states.Keys;

    /// <summary>Entries that nobody can fold.</summary>
    public int Defects { get; private set; }

    /// <summary>Cells that the records of a partition write, by offset.</summary>
    public IReadOnlyList<IReadOnlyList<CellWrite>> WrittenBy(int partition) => _written[partition];

    /// <summary>A message's cell, null when there is none.</summary>
    public Cell? Message(ConversationId conversation, uint id) =>
        _rows.GetValueOrDefault(new(Table.Message, conversation.Value))?.GetValueOrDefault(new(id));

    /// <summary>Id of the newest message.</summary>
    public uint HeadOf(ConversationId conversation) => _states.GetValueOrDefault(conversation)?.Head ?? 0;

    private void Follow(int partition, long offset, InboundRecord record)
    {
        var written = new List<CellWrite>();
        _written[partition].Add(written);
        var batch = new LogBatch<InboundRecord>([new(_epoch, partition, Generation: 1, offset, offset + 1, [])]);
        List<PositionedEntry> entries =
        [
            .. record.Entries.Select((entry, index) =>
                new PositionedEntry(entry, new(entry.Relation), new(_epoch, partition, offset, index), record)),
        ];
        var unit = new UnitBuilder(batch, entries, traceParent: null);
        var skips = new List<SkipRow>();
        foreach (var positioned in entries)
        {
            var (entry, position) = (positioned.Entry, positioned.Position);
            if (ConversationFold.Defect(entry) is { } defect)
            {
                skips.Add(new(position, defect));
                Defects++;
                continue;
            }

            var state = StateOf(entry);
            var decision = ConversationFold.Apply(state, entry, position.WriteTimestamp);
            unit.Add(positioned, decision, state);
            unit.AddErasures(positioned, decision.Erased.Select(id => FactsOf(unit, positioned.Conversation, id)));
        }

        foreach (var cell in StoreWriting.CellsOf(unit.Build(skips).Rows).SelectMany(static cells => cells))
        {
            written.Add(cell);
            if (!_rows.TryGetValue(cell.Rows, out var rows))
                _rows[cell.Rows] = rows = [];
            if (cell.Cell.Beats(rows.GetValueOrDefault(cell.Key)))
                rows[cell.Key] = cell.Cell;
        }
    }

    private MessageHead FactsOf(UnitBuilder unit, ConversationId conversation, uint id) => Message(conversation, id) is { } cell
        ? new(id, MessageMeta.Parser.ParseFrom(cell.Meta.Span))
        : unit.NewMessages(conversation)[id];

    // Nothing has to be read back: who is not known here never was anything.
    private ConversationState StateOf(InboundEntry entry)
    {
        var conversation = new ConversationId(entry.Relation);
        if (!_states.TryGetValue(conversation, out var state))
        {
            _states[conversation] = state = new(head: null, _window);
            if (conversation.IsGroup)
                state.Group = new(facts: null);
        }

        foreach (var user in ConversationFold.Concerned(entry))
        {
            if (state.Group?.Knows(user) == false)
                state.Group.Learn(user, null);
        }

        var sender = new UserId(entry.Sender);
        if (entry.Kind == EntryKind.ReadMark && !state.KnowsReadMark(sender))
            state.MarkRead(sender, 0);
        return state;
    }
}
