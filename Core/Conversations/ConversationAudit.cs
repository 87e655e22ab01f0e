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
    /// <returns>How many messages it has, and what is wrong, a sentence each; nothing when all is well.</returns>
    /// <exception cref="DependencyUnavailableException">The store does not answer.</exception>
    public async ValueTask<(uint Messages, IReadOnlyList<string> Findings)> RunAsync(
        ConversationId conversation, CancellationToken cancellationToken)
    {
        var findings = new List<string>();
        if ((await store.HeadsAsync([conversation], cancellationToken))[0] is not { } head)
            return (0, findings);

        var ids = new Dictionary<(uint Sender, ByteString Id), uint>();
        var (lastTimeMs, lowCount) = (0UL, 0u);
        for (var from = 1u; from <= head.MessageId; from += PageSize)
        {
            var to = Math.Min(head.MessageId, from + PageSize - 1);
            var page = await store.ReadRangeAsync(conversation, from, to, cancellationToken);
            var expected = from;
            foreach (var message in page)
            {
                for (; expected < message.MessageId; expected++)
                    findings.Add($"message {expected} is missing");
                expected = message.MessageId + 1;

                lowCount += conversation.IsGroup || message.Meta.Sender != conversation.Low.Value ? 0u : 1u;
                Check(message, lowCount, lastTimeMs, ids, findings);
                lastTimeMs = message.Meta.TimeMs;
            }

            for (; expected <= to; expected++)
                findings.Add($"message {expected} is missing");
        }

        return (head.MessageId, findings);
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

        try
        {
            var body = IMMsgData.Parser.ParseFrom(message.Body.Span);
            if (body.MsgId != id)
                findings.Add($"message {id} says in its body that it is {body.MsgId}");
            if (body.FromUserId != meta.Sender)
                findings.Add($"message {id} is of user {meta.Sender}, its body says {body.FromUserId}");
            if (MessageHash.Of((uint)body.MsgType, body.MsgData.Span) != meta.Hash)
                findings.Add($"message {id} is not what was hashed");
        }
        catch (InvalidProtocolBufferException exception)
        {
            findings.Add($"message {id} cannot be read: {exception.Message}");
        }
    }
}
