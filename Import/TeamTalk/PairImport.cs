using BrokerIm.Core.Values;

namespace BrokerIm.Import.TeamTalk;

/// <summary>Brings in the messages between two users.</summary>
internal sealed class PairImport(
    TeamTalkTables tables, MessageFilter filter, Sessions sessions, ConversationSink sink, ImportReport report)
{
    private readonly Dictionary<uint, RelationRow> _relations = [];

    // The old server could make two relations for one pair at the same time; their messages wait for each other.
    private readonly Dictionary<ConversationId, int> _relationsOf = [];
    private readonly Dictionary<ConversationId, List<SourceMessage>> _apart = [];

    /// <summary>Reads all relations and then shard by shard.</summary>
    public async Task RunAsync(IEnumerable<string> shards, CancellationToken cancellationToken)
    {
        await foreach (var relation in tables.RelationsAsync(cancellationToken))
            Learn(relation);
        foreach (var shard in shards)
            await ReadAsync(shard, cancellationToken);

        foreach (var (id, messages) in _apart)
            await AddAsync(id, messages, cancellationToken);
        await sink.FlushAsync(cancellationToken);
    }

    private void Learn(RelationRow relation)
    {
        var counts = report.Of("IMRelationShip");
        counts.Read++;
        counts.Imported++;
        _relations[relation.Id] = relation;
        var pair = ConversationId.Pair(new(relation.Small), new(relation.Big));
        _relationsOf[pair] = _relationsOf.GetValueOrDefault(pair) + 1;
    }

    private async Task ReadAsync(string shard, CancellationToken cancellationToken)
    {
        uint relation = 0;
        List<SourceMessage> messages = [];
        await foreach (var row in tables.PairMessagesAsync(shard, cancellationToken))
        {
            if (row.Owner != relation)
            {
                await EndAsync(messages, cancellationToken);
                (relation, messages) = (row.Owner, []);
            }

            if (filter.OfPair(row, _relations.GetValueOrDefault(row.Owner)) is { } message)
                messages.Add(message);
        }

        await EndAsync(messages, cancellationToken);
    }

    private async ValueTask EndAsync(List<SourceMessage> messages, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
            return;

        var row = messages[0].Row;
        var id = ConversationId.Pair(new(row.Sender), new(row.Receiver));
        if (_relationsOf[id] == 1)
            await AddAsync(id, messages, cancellationToken);
        else if (!_apart.TryAdd(id, messages))
            _apart[id].AddRange(messages);
    }

    private async ValueTask AddAsync(ConversationId id, List<SourceMessage> messages, CancellationToken cancellationToken)
    {
        MessageOrder.Sort(messages);
        var conversation = new Conversation(id, messages);
        sessions.Apply(conversation, id.Low);
        sessions.Apply(conversation, id.High);
        await sink.AddAsync(conversation, cancellationToken);
    }
}
