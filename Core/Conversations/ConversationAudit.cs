using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Core.Conversations;

/// <summary>Recomputes what is stored of a conversation from its messages and says where the two differ.</summary>
public sealed class ConversationAudit(IConversationReader store)
{
    private const uint PageSize = 1_000;

    /// <summary>Reads a whole conversation.</summary>
    /// <param name="conversation">Which.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyUnavailableException">The store does not answer.</exception>
    public async ValueTask<AuditResult> RunAsync(
        ConversationId conversation, CancellationToken cancellationToken)
    {
        var findings = new List<string>();
        if ((await store.HeadsAsync([conversation], cancellationToken))[0] is not { } head)
            return new(0, 0, findings);

        var ids = new Dictionary<(uint Sender, ByteString Id), uint>();
        var (lastTimeMs, lowCount, erased) = (0UL, 0u, 0u);
        for (var from = 1u; from <= head.MessageId; from += PageSize)
        {
            var to = Math.Min(head.MessageId, from + PageSize - 1);
            var page = await store.ReadRangeAsync(conversation, from, to, cancellationToken);
            var rewritten = await RewrittenAsync(conversation, page, cancellationToken);
            var expected = from;
            foreach (var message in page)
            {
                for (; expected < message.MessageId; expected++)
                    findings.Add($"message {expected} is missing");
                expected = message.MessageId + 1;

                lowCount += conversation.IsGroup || message.Meta.Sender != conversation.Low.Value ? 0u : 1u;
                Check(message, lowCount, lastTimeMs, ids, findings);
                if (!HasLostContent(conversation, message))
                    CheckBody(message, findings);
                else if (rewritten.Contains(message.MessageId))
                    erased++;
                else
                    findings.Add($"message {message.MessageId} has lost its content, and nobody erased it");
                lastTimeMs = message.Meta.TimeMs;
            }

            for (; expected <= to; expected++)
                findings.Add($"message {expected} is missing");
        }

        return new(head.MessageId, erased, findings);
    }

    private static void Check(
        StoredMessage message,
        uint lowCount,
        ulong lastTimeMs,
        Dictionary<(uint, ByteString), uint> ids,
        List<string> findings)
    {
        var (id, meta) = (message.MessageId, message.Meta);
        if (meta.LowCount != lowCount)
            findings.Add($"message {id} counts {meta.LowCount} messages of the lower user, there are {lowCount}");
        if (meta.TimeMs < lastTimeMs)
            findings.Add($"message {id} is older than the one before it");
        if (!ids.TryAdd((meta.Sender, meta.ClientMessageId), id))
            findings.Add($"message {id} has the client id of message {ids[(meta.Sender, meta.ClientMessageId)]}");
    }

    // A message that never had content is none that lost it: it is what was hashed.
    private static bool HasLostContent(ConversationId conversation, StoredMessage message) =>
        MessageErasure.IsErased(conversation, message) && !IsWhatWasHashed(message);

    private static bool IsWhatWasHashed(StoredMessage message)
    {
        var body = IMMsgData.Parser.ParseFrom(message.Body.Span);
        return MessageHash.Of((uint)body.MsgType, body.MsgData.Span) == message.Meta.Hash;
    }

    /// <summary>
    /// Messages of a page without content whose bodies are later than they are. Nothing but an order in the log writes such: what lost
    /// its content in any other way still bears the position of its own entry.
    /// </summary>
    private async ValueTask<HashSet<uint>> RewrittenAsync(
        ConversationId conversation, IReadOnlyList<StoredMessage> page, CancellationToken cancellationToken)
    {
        List<uint> lost = [.. page.Where(message => HasLostContent(conversation, message)).Select(static message => message.MessageId)];
        if (lost.Count == 0)
            return [];
        var written = await store.ReadWrittenAsync(conversation, lost[0], lost[^1], cancellationToken);
        return [.. written.Where(static one => one.BodyAt > one.MetaAt).Select(static one => one.MessageId)];
    }

    private static void CheckBody(StoredMessage message, List<string> findings)
    {
        var (id, meta) = (message.MessageId, message.Meta);
        try
        {
            var body = IMMsgData.Parser.ParseFrom(message.Body.Span);
            if (body.MsgId != id)
                findings.Add($"message {id} says in its body that it is {body.MsgId}");
            if (body.FromUserId != meta.Sender)
                findings.Add($"message {id} is of user {meta.Sender}, its body says {body.FromUserId}");
            if (!IsWhatWasHashed(message))
                findings.Add($"message {id} is not what was hashed");
        }
        catch (InvalidProtocolBufferException exception)
        {
            findings.Add($"message {id} cannot be read: {exception.Message}");
        }
    }
}
