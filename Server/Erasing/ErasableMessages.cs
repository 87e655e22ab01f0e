using System.Runtime.CompilerServices;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Server.Erasing;

/// <summary>Finds messages that have their content still.</summary>
internal sealed class ErasableMessages(IConversationReader store)
{
    /// <summary>Messages read at once; one may have a quarter of a megabyte.</summary>
    public const uint PageSize = 200;

    /// <summary>Looks through a part of a conversation, a page at a time.</summary>
    /// <param name="conversation">Which.</param>
    /// <param name="from">First id, at least 1.</param>
    /// <param name="to">Last id.</param>
    /// <param name="isMeant">Which of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Per page those that have content, and how many of those meant have none any more.</returns>
    public async IAsyncEnumerable<(EraseOrder Order, int ErasedBefore)> FindAsync(
        ConversationId conversation,
        uint from,
        uint to,
        Func<StoredMessage, bool> isMeant,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (; from <= to; from += PageSize)
        {
            var last = to - from < PageSize ? to : from + PageSize - 1;
            var meant = (await store.ReadRangeAsync(conversation, from, last, cancellationToken)).Where(isMeant).ToList();
            List<uint> whole = [.. meant.Where(message => !MessageErasure.IsErased(conversation, message)).Select(static message => message.MessageId)];
            yield return (new(conversation, whole), meant.Count - whole.Count);
        }
    }

    /// <summary>Whether an order is done.</summary>
    public async ValueTask<bool> IsDoneAsync(EraseOrder order, CancellationToken cancellationToken)
    {
        var ids = order.MessageIds.ToHashSet();
        var messages = await store.ReadRangeAsync(order.Conversation, ids.Min(), ids.Max(), cancellationToken);
        return messages.Where(message => ids.Contains(message.MessageId)).All(message => MessageErasure.IsErased(order.Conversation, message));
    }

    /// <summary>Id of the newest message; 0 when there is none.</summary>
    public async ValueTask<uint> HeadAsync(ConversationId conversation, CancellationToken cancellationToken) =>
        (await store.HeadsAsync([conversation], cancellationToken))[0]?.MessageId ?? 0;

    /// <summary>Id of the newest message from before a time; 0 when there is none. Times never fall, so the middle tells the half.</summary>
    public async ValueTask<uint> NewestBeforeAsync(ConversationId conversation, long timeMs, CancellationToken cancellationToken)
    {
        var (older, newer) = (0u, await HeadAsync(conversation, cancellationToken) + 1);
        while (newer - older > 1)
        {
            var middle = older + ((newer - older) / 2);
            var facts = await store.FactsAsync([(conversation, middle)], cancellationToken);
            if (facts[0] is { } message && (long)message.Meta.TimeMs >= timeMs)
                newer = middle;
            else
                older = middle;
        }

        return older;
    }
}
