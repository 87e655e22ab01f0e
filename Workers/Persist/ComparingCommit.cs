using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Workers.Persist;

/// <summary>Takes what a worker would write and looks whether it stands in the store. Writes nothing.</summary>
internal sealed class ComparingCommit(IConversationStore store) : IPersistCommit, ILogWriter<DeadLetter>
{
    private const uint PageSize = 200;

    private readonly List<string> _findings = [];

    /// <summary>What is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Findings => _findings;

    /// <summary>Messages looked for.</summary>
    public long Messages { get; private set; }

    /// <summary>Erasures looked for.</summary>
    public long Erasures { get; private set; }

    int ILogWriter<DeadLetter>.PartitionCount => 1;

    public async ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken)
    {
        // Noted only when all of it was compared: while the store does not answer it is begun again.
        var found = new List<string>();
        foreach (var rows in unit.Rows.Messages.GroupBy(static row => row.Conversation))
            await CompareAsync(rows.Key, [.. rows], found, cancellationToken);
        foreach (var rows in unit.Rows.Erasures.GroupBy(static row => row.Conversation))
            await CompareAsync(rows.Key, [.. rows], found, cancellationToken);
        found.AddRange(unit.Rows.Skips.Select(static skip => $"{Place(skip.Position)} cannot be folded ({skip.Reason}) and was not set aside"));

        _findings.AddRange(found);
        Messages += unit.Rows.Messages.Count;
        Erasures += unit.Rows.Erasures.Count;
    }

    // What nobody could handle was set aside when it was met first; here it is only found.
    ValueTask ILogWriter<DeadLetter>.AppendAsync(int partition, DeadLetter record, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    private async ValueTask CompareAsync(
        ConversationId conversation, List<MessageRow> rows, List<string> found, CancellationToken cancellationToken)
    {
        var stored = await ReadAsync(conversation, rows.ConvertAll(static row => row.MessageId), cancellationToken);
        foreach (var row in rows)
        {
            var name = $"{conversation}: message {row.MessageId} of {Place(row.Position)}";
            if (!stored.TryGetValue(row.MessageId, out var there))
                found.Add($"{name} is not in the store");
            else if (there.Written.MetaAt != row.Position.WriteTimestamp)
                found.Add($"{name} stands in the store as that of another entry of the log");
            else if (!there.Message.Meta.Equals(MessageMeta.Parser.ParseFrom(row.Meta.Span)))
                found.Add($"{name} has other facts in the store");
            else if (!HasBody(conversation, row, there))
                found.Add($"{name} has another body in the store");
        }
    }

    private async ValueTask CompareAsync(
        ConversationId conversation, List<ErasureRow> rows, List<string> found, CancellationToken cancellationToken)
    {
        var stored = await ReadAsync(conversation, rows.ConvertAll(static row => row.MessageId), cancellationToken);
        foreach (var row in rows)
        {
            var isDone = stored.TryGetValue(row.MessageId, out var there) && there.Written.BodyAt >= row.Position.WriteTimestamp
                && MessageErasure.IsErased(conversation, there.Message);
            if (!isDone)
                found.Add($"{conversation}: message {row.MessageId}, erased by {Place(row.Position)}, is not erased in the store");
        }
    }

    private static string Place(LogPosition position) => position.Index < 0
        ? $"record {position.Offset}"
        : $"record {position.Offset}, entry {position.Index}";

    /// <summary>Whether the body is the one of the log, or what a later order left of it.</summary>
    private static bool HasBody(ConversationId conversation, MessageRow row, (StoredMessage Message, MessageWritten Written) there) =>
        there.Written.BodyAt == row.Position.WriteTimestamp
            ? there.Message.Body.Span.SequenceEqual(row.Body.Span)
            : there.Written.BodyAt > row.Position.WriteTimestamp && MessageErasure.IsErased(conversation, there.Message);

    private async ValueTask<Dictionary<uint, (StoredMessage Message, MessageWritten Written)>> ReadAsync(
        ConversationId conversation, List<uint> ids, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<uint, (StoredMessage, MessageWritten)>();
        foreach (var page in ids.Distinct().GroupBy(static id => (id - 1) / PageSize))
        {
            var (from, to) = (page.Min(), page.Max());
            var written = (await store.ReadWrittenAsync(conversation, from, to, cancellationToken)).ToDictionary(static one => one.MessageId);
            foreach (var message in await store.ReadRangeAsync(conversation, from, to, cancellationToken))
            {
                if (written.TryGetValue(message.MessageId, out var one))
                    stored[message.MessageId] = (message, one);
            }
        }

        return stored;
    }
}
