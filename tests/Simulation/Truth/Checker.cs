using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.World;

namespace BrokerIm.Simulation.Truth;

/// <summary>Holds what happens against what was promised, at the moment when it happens.</summary>
internal sealed class Checker
{
    private const int Quorum = 2;

    private readonly Scheduler _scheduler;
    private readonly Replicas _replicas;
    private readonly Reference _reference;
    private readonly Dictionary<(uint Sender, ulong Relation, string Id), uint> _ids = [];
    private readonly HashSet<(ulong Relation, uint Id)> _told = [];
    private readonly long[] _committed;

    public Checker(
        Scheduler scheduler,
        Replicas replicas,
        Reference reference,
        LogTopic<OutboundRecord> outbound,
        ConsumerGroup<InboundRecord> persist)
    {
        (_scheduler, _replicas, _reference) = (scheduler, replicas, reference);
        _committed = new long[persist.Topic.Partitions];
        outbound.Watch((_, _, record) => CheckTold(record));
        persist.Watch(CheckCommit);
    }

    /// <summary>Sends that were answered with an id.</summary>
    public int Answered => _ids.Count;

    /// <summary>Looks at everything once the storm is over and the copies are repaired.</summary>
    public void CheckEnd(int deadLetters)
    {
        CompareStore();
        CheckMessages();
        foreach (var conversation in _reference.Conversations)
        {
            for (var id = 1u; id <= _reference.HeadOf(conversation); id++)
            {
                if (!_told.Contains((conversation.Value, id)))
                    _scheduler.Violate($"{conversation}: nobody was told of message {id}");
            }
        }

        if (deadLetters < _reference.Defects)
            _scheduler.Violate($"{_reference.Defects} damaged entries and {deadLetters} dead letters");
    }

    // An outbound record is what answers and deliveries are made of: what it says must be safe when it is said.
    private void CheckTold(OutboundRecord record)
    {
        foreach (var told in record.Events)
        {
            if (told.Kind is not (EventKind.Stored or EventKind.Answered) || told.MessageId == 0)
                continue;

            var conversation = new ConversationId(told.Relation);
            if (_reference.Message(conversation, told.MessageId) is not { } right)
            {
                _scheduler.Violate($"{conversation}: message {told.MessageId} was told and the log has no such message");
                continue;
            }

            var copies = _replicas.CopiesWith(
                new(Table.Message, told.Relation), new(told.MessageId), cell => cell.SameAs(right));
            if (copies < Quorum)
                _scheduler.Violate($"{conversation}: message {told.MessageId} was told with {copies} copies of it");
            if (told.Kind == EventKind.Stored && !told.Body.Span.SequenceEqual(right.Body.Span))
                _scheduler.Violate($"{conversation}: message {told.MessageId} was told otherwise than it is");

            if (told.Kind == EventKind.Stored)
                _told.Add((told.Relation, told.MessageId));
            var key = (told.User, told.Relation, told.ClientMessageId.ToBase64());
            if (!told.ClientMessageId.IsEmpty && !_ids.TryAdd(key, told.MessageId) && _ids[key] != told.MessageId)
                _scheduler.Violate($"{conversation}: one client id was answered with {_ids[key]} and {told.MessageId}");
        }
    }

    private void CheckCommit(int partition, long next)
    {
        for (; _committed[partition] < next; _committed[partition]++)
        {
            foreach (var (rows, key, cell) in _reference.WrittenBy(partition)[(int)_committed[partition]])
            {
                var copies = _replicas.CopiesWith(rows, key, found => found.SameAs(cell) || !cell.Beats(found));
                if (copies < Quorum)
                    _scheduler.Violate($"offset {_committed[partition]} of partition {partition} was committed with {copies} copies of {rows.Table} {rows.Of}/{key.One}");
            }
        }
    }

    private void CompareStore()
    {
        foreach (var (rows, cells) in _reference.Rows)
        {
            foreach (var (key, cell) in cells)
            {
                if (!cell.SameAs(_replicas.Repaired.GetValueOrDefault(rows)?.GetValueOrDefault(key)))
                    _scheduler.Violate($"the store differs from the fold of the log at {rows.Table} {rows.Of}/{key.One}");
            }
        }

        foreach (var (rows, cells) in _replicas.Repaired)
        {
            var right = rows.Table == Table.Progress ? cells : _reference.Rows.GetValueOrDefault(rows) ?? [];
            foreach (var key in cells.Keys.Where(key => !right.ContainsKey(key)))
                _scheduler.Violate($"the store holds what the log does not: {rows.Table} {rows.Of}/{key.One}");
        }
    }

    // Independent of the fold: every message is somebody's own content, so no content may be there twice, and ids are dense.
    private void CheckMessages()
    {
        foreach (var (rows, cells) in _replicas.Repaired.Where(static rows => rows.Key.Table == Table.Message))
        {
            var contents = new HashSet<string>();
            for (var id = 1u; id <= cells.Count; id++)
            {
                if (!cells.TryGetValue(new(id), out var cell))
                    _scheduler.Violate($"{new ConversationId(rows.Of)}: {cells.Count} messages and none of them is {id}");
                else if (!contents.Add(IMMsgData.Parser.ParseFrom(cell.Body.Span).MsgData.ToBase64()))
                    _scheduler.Violate($"{new ConversationId(rows.Of)}: message {id} was there before");
            }
        }
    }
}
