using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Queries;

/// <summary>Messages of the past, newest first, as many as fit into one frame.</summary>
internal sealed class HistoryReader(IConversationReader store)
{
    // Messages may be large, so a page is read in parts until the frame is full.
    private const uint MessagesPerRead = 50;

    /// <summary>Ids asked for by number, at most.</summary>
    public const int MaxIds = 100;

    /// <summary>Newest id of a conversation, 0 when it has no messages.</summary>
    public async ValueTask<uint> HeadAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        var heads = await store.HeadsAsync([conversation], cancellationToken);
        return heads[0]?.MessageId ?? 0;
    }

    /// <summary>A page; when it does not fit, its old end is cut off, so ids stay next to each other.</summary>
    /// <param name="view">The conversation, as far as the reader sees it.</param>
    /// <param name="begin">See <see cref="HistoryPage.Of"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<List<MsgInfo>> ReadAsync(
        ConversationView view, uint begin, uint count, CancellationToken cancellationToken)
    {
        var page = HistoryPage.Of(await HeadAsync(view.Conversation, cancellationToken), begin, count).Above(view.HiddenUpTo);
        var rows = new List<MsgInfo>();
        var budget = new ReplyBudget(ReplyBudget.ListBytes);
        for (var to = page.To; !page.IsEmpty && to >= page.From;)
        {
            var from = to - page.From < MessagesPerRead ? page.From : to - MessagesPerRead + 1;
            if (!TryAdd(await store.ReadRangeAsync(view.Conversation, from, to, cancellationToken), rows, ref budget))
                break;
            to = from - 1;
        }

        return rows;
    }

    /// <summary>Single messages; unknown ids are skipped.</summary>
    public async ValueTask<List<MsgInfo>> ReadAsync(
        ConversationView view, IEnumerable<uint> ids, CancellationToken cancellationToken)
    {
        var rows = new List<MsgInfo>();
        var budget = new ReplyBudget(ReplyBudget.ListBytes);
        foreach (var (from, to) in Runs([.. ids.Where(id => id > view.HiddenUpTo).Distinct().OrderDescending().Take(MaxIds)]))
        {
            if (!TryAdd(await store.ReadRangeAsync(view.Conversation, from, to, cancellationToken), rows, ref budget))
                break;
        }

        return rows;
    }

    private static bool TryAdd(IReadOnlyList<StoredMessage> messages, List<MsgInfo> rows, ref ReplyBudget budget)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            if (MessageContent.InfoOf(messages[i]) is not { } row)
                continue;
            if (!budget.TryTake(row))
                return false;
            rows.Add(row);
        }

        return true;
    }

    /// <summary>Neighbours among falling ids, as ranges.</summary>
    private static IEnumerable<(uint From, uint To)> Runs(List<uint> ids)
    {
        for (var first = 0; first < ids.Count;)
        {
            var last = first;
            while (last + 1 < ids.Count && ids[last + 1] == ids[last] - 1)
                last++;
            yield return (ids[last], ids[first]);
            first = last + 1;
        }
    }
}
