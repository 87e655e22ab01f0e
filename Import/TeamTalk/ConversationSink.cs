using BrokerIm.Core.Ports;

namespace BrokerIm.Import.TeamTalk;

/// <summary>
/// Writes conversations, many at once. What an earlier run has written is recognised by its newest message and not written again, so
/// an import that broke off goes on where it was.
/// </summary>
internal sealed class ConversationSink(IConversationStore store, ImportReport report, IImportProgress progress, bool dryRun)
{
    private const int BatchRows = 4_000;
    private const long BatchBytes = 8 * 1024 * 1024;

    private readonly List<Conversation> _waiting = [];
    private StoreBatch _batch = new();
    private long _waitingRows;
    private long _batchBytes;

    /// <summary>Takes a conversation; it is written by the time <see cref="FlushAsync"/> returns.</summary>
    public async ValueTask AddAsync(Conversation conversation, CancellationToken cancellationToken)
    {
        _waiting.Add(conversation);
        _waitingRows += conversation.Messages.Count + 1;
        if (_waitingRows >= BatchRows)
            await FlushAsync(cancellationToken);
    }

    /// <summary>Writes everything that waits.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var heads = await store.HeadsAsync([.. _waiting.Select(static one => one.Id)], cancellationToken);
        uint[] known = [.. _waiting.Select((one, i) => Math.Min(heads[i]?.MessageId ?? 0, one.Head))];
        var facts = await store.FactsAsync([.. _waiting.Select((one, i) => (one.Id, Math.Max(1, known[i])))], cancellationToken);
        for (var i = 0; i < _waiting.Count; i++)
        {
            var conversation = _waiting[i];
            var isOurs = known[i] > 0
                ? facts[i] is { } fact && fact.Meta.Equals(conversation.MetaOf(known[i]))
                : heads[i] is null;
            if (isOurs)
                await WriteAsync(conversation, known[i], cancellationToken);
            else
                Refuse(conversation);
        }

        await SendAsync(cancellationToken);
        _waiting.Clear();
        _waitingRows = 0;
    }

    private async ValueTask WriteAsync(Conversation conversation, uint known, CancellationToken cancellationToken)
    {
        foreach (var row in conversation.RowsAbove(known))
        {
            _batch.Messages.Add(row);
            _batchBytes += row.Body.Length + row.Meta.Length;
            if (_batch.Messages.Count >= BatchRows || _batchBytes >= BatchBytes)
                await SendAsync(cancellationToken);
        }

        var sides = conversation.Sides;
        _batch.Activities.AddRange(sides.Activities);
        _batch.ReadMarks.AddRange(sides.ReadMarks);
        _batch.Removals.AddRange(sides.Removals);
        _batch.GroupEvents.AddRange(sides.GroupEvents);
        _batch.Joins.AddRange(sides.Joins);
        Count(conversation);
    }

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (!dryRun)
            await store.WriteAsync(_batch, cancellationToken);
        _batch = new();
        _batchBytes = 0;
    }

    private void Count(Conversation conversation)
    {
        uint number = 0;
        foreach (var message in conversation.Messages)
        {
            number++;
            var counts = report.Of(message.Row.Table);
            counts.Imported++;
            if (number != message.Row.MessageId)
                counts.Renumbered++;
        }

        progress.Advance(conversation.Messages.Count);
    }

    private void Refuse(Conversation conversation)
    {
        foreach (var message in conversation.Messages)
            report.Conflict(message.Row.Table, message.Row.Id, "the store has other messages in this conversation");
        progress.Advance(conversation.Messages.Count);
    }
}
