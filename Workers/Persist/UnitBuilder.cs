using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Workers.Persist;

/// <summary>Collects what the decisions of one batch write and tell.</summary>
internal sealed class UnitBuilder
{
    private const uint RecordVersion = 1;

    private readonly StoreBatch _rows = new();
    private readonly List<(int Partition, OutboundRecord Record)> _outbound = [];
    private readonly List<(int Partition, long NextOffset)> _progress = [];
    private readonly Dictionary<int, OutboundRecord> _byPartition = [];
    private readonly Dictionary<(UserId, ConversationId), ActivityRow> _activities = [];
    private readonly Dictionary<(UserId, ConversationId), uint> _readMarks = [];
    private readonly Dictionary<(UserId, ConversationId), uint> _removals = [];
    private readonly BodyArena _arena;
    private readonly GroupRows _groups;
    private readonly int _epoch;
    private readonly string _traceParent;

    /// <summary>Begins the unit of a batch, of which these entries will be added.</summary>
    public UnitBuilder(LogBatch<InboundRecord> batch, List<PositionedEntry> entries, string? traceParent)
    {
        _arena = new(entries);
        _rows.Messages.EnsureCapacity(entries.Count);
        _traceParent = traceParent ?? "";
        _groups = new(_rows);
        foreach (var slice in batch.Slices)
        {
            _epoch = slice.Epoch;
            _progress.Add((slice.Partition, slice.NextOffset));
        }
    }

    /// <summary>Adds what a decision brings about.</summary>
    public void Add(PositionedEntry entry, Decision decision, ConversationState state)
    {
        switch (decision.Kind)
        {
            case DecisionKind.Stored:
                AddMessage(entry, decision, state);
                break;
            case DecisionKind.Read:
                MarkRead(entry, decision);
                Tell(entry, EventKind.Read, decision);
                break;
            case DecisionKind.Changed:
                _groups.AddChange(entry, decision, state.Group!);
                TellGroup(entry, decision);
                break;
            case DecisionKind.Shielded:
                _groups.AddShield(entry, state.Group!);
                TellGroup(entry, decision);
                break;
            case DecisionKind.Removed:
                MarkRead(entry, decision);
                _removals[(new(entry.Entry.Sender), entry.Conversation)] = decision.MessageId;
                Tell(entry, EventKind.Removed, decision);
                break;
            case DecisionKind.Erased:
                // What it leaves is added on its own. Nobody is told: clients know no such notice, and read blanks from now on.
                break;
            case DecisionKind.Unchanged:
                // Nothing moved, so nobody is told: clients answer a read notify with another read mark (protocol chapter 03
                // section 4.2) and would go on for ever.
                break;
            case DecisionKind.Refused when entry.Entry.Kind == EntryKind.ReadMark:
                break;
            default:
                Answer(entry, decision);
                break;
        }
    }

    /// <summary>Adds what an order to erase leaves of messages.</summary>
    public void AddErasures(PositionedEntry entry, IEnumerable<MessageHead> erased)
    {
        foreach (var (id, meta) in erased)
            _rows.Erasures.Add(new(entry.Conversation, id, entry.Position, MessageErasure.BodyOf(entry.Conversation, id, meta)));
    }

    /// <summary>Facts of the conversation's messages that this batch brings, by id.</summary>
    public Dictionary<uint, MessageHead> NewMessages(ConversationId conversation) => _rows.Messages
        .Where(row => row.Conversation == conversation)
        .ToDictionary(static row => row.MessageId, static row => new MessageHead(row.MessageId, MessageMeta.Parser.ParseFrom(row.Meta.Span)));

    /// <summary>The finished unit.</summary>
    public PersistUnit Build(List<SkipRow> skips)
    {
        _rows.Activities.AddRange(_activities.Values);
        foreach (var ((user, conversation), mark) in _readMarks)
            _rows.ReadMarks.Add(new(user, conversation, mark));
        foreach (var ((user, conversation), head) in _removals)
            _rows.Removals.Add(new(user, conversation, head));
        _rows.Skips.AddRange(skips);

        foreach (var (partition, next) in _progress)
        {
            if (!_byPartition.TryGetValue(partition, out var record))
                continue;
            record.InboundNext = next;
            _outbound.Add((partition, record));
        }

        return new(_epoch, _rows, _outbound, _progress);
    }

    private void AddMessage(PositionedEntry entry, Decision decision, ConversationState state)
    {
        var body = _arena.WriteBody(entry, decision);
        var meta = _arena.WriteMeta(entry, decision, state.LowCount);
        _rows.Messages.Add(new(entry.Conversation, decision.MessageId, entry.Position, meta, body));

        if (entry.Conversation.IsGroup)
        {
            // Nothing per member: when a group was active is read from its head.
            MarkRead(entry, decision);
        }
        else if (decision.OpensSpan)
        {
            // Once per user and span; readers take the rest from the newest message.
            Touch(entry.Conversation.Low, entry, decision);
            Touch(entry.Conversation.High, entry, decision);
        }

        var told = Tell(entry, EventKind.Stored, decision);
        told.Body = UnsafeByteOperations.UnsafeWrap(body);
        told.TimeMs = (ulong)decision.TimeMs;
        told.MessageType = entry.Entry.MessageType;
    }

    private void MarkRead(PositionedEntry entry, Decision decision) =>
        _readMarks[(new(entry.Entry.Sender), entry.Conversation)] = decision.MessageId;

    /// <summary>Answers what brought about nothing new, in the manner of its command.</summary>
    private void Answer(PositionedEntry entry, Decision decision)
    {
        switch (entry.Entry.Kind)
        {
            case EntryKind.Message:
                Tell(entry, EventKind.Answered, decision);
                break;
            case EntryKind.SessionRemove:
                Tell(entry, EventKind.Removed, decision);
                break;
            default:
                TellGroup(entry, decision);
                break;
        }
    }

    private void TellGroup(PositionedEntry entry, Decision decision)
    {
        var change = new GroupChange
        {
            Kind = entry.Entry.Kind,
            Position = entry.Position.WriteTimestamp,
            Name = entry.Entry.Group?.Name ?? "",
        };
        change.Users.AddRange(decision.Users.Select(static user => user.Value));
        Tell(entry, EventKind.Group, decision).Change = change;
    }

    private void Touch(UserId user, PositionedEntry entry, Decision decision) =>
        _activities[(user, entry.Conversation)] = new(user, entry.Conversation, decision.TimeMs, entry.Position);

    private OutboundEvent Tell(PositionedEntry entry, EventKind kind, Decision decision)
    {
        var record = RecordOf(entry.Position.Partition);
        var told = new OutboundEvent
        {
            Kind = kind,
            Relation = entry.Entry.Relation,
            User = entry.Entry.Sender,
            MessageId = decision.MessageId,
            Outcome = OutcomeOf(decision.Kind),
            OriginGateway = GatewayIndex(record, entry.Record),
            OriginConnection = entry.Entry.Connection,
            OriginSequence = entry.Entry.Sequence,
        };
        if (entry.Entry.ClientMadeId)
            told.ClientMessageId = entry.Entry.ClientMessageId;

        record.Events.Add(told);
        return told;
    }

    private OutboundRecord RecordOf(int partition)
    {
        if (!_byPartition.TryGetValue(partition, out var record))
            _byPartition[partition] = record = new() { Version = RecordVersion, TraceParent = _traceParent };
        return record;
    }

    /// <summary>Origins of a batch are few and come in runs, so the list is searched from its end.</summary>
    private static uint GatewayIndex(OutboundRecord record, InboundRecord origin)
    {
        for (var i = record.Gateways.Count - 1; i >= 0; i--)
        {
            if (record.Gateways[i].Incarnation == origin.Incarnation && record.Gateways[i].Id == origin.Gateway)
                return (uint)i;
        }

        record.Gateways.Add(new GatewayRef { Id = origin.Gateway, Incarnation = origin.Incarnation });
        return (uint)(record.Gateways.Count - 1);
    }

    private static SendOutcome OutcomeOf(DecisionKind kind) => kind switch
    {
        DecisionKind.Duplicate => SendOutcome.Duplicate,
        DecisionKind.Conflict => SendOutcome.Conflict,
        DecisionKind.Stale => SendOutcome.Stale,
        DecisionKind.Refused => SendOutcome.Refused,
        _ => SendOutcome.Stored,
    };
}
