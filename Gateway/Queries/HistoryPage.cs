namespace BrokerIm.Gateway.Queries;

/// <summary>Which ids a history request means (protocol chapter 03 section 8.1).</summary>
/// <param name="From">First id; greater than <paramref name="To"/> when there is nothing.</param>
/// <param name="To">Last id.</param>
internal readonly record struct HistoryPage(uint From, uint To)
{
    /// <summary>Messages in one page at most; clients ask for up to 100.</summary>
    public const uint MaxMessages = 200;

    /// <summary>Whether there is nothing to read.</summary>
    public bool IsEmpty => From > To;

    /// <summary>The part of the page above an id.</summary>
    public HistoryPage Above(uint id) => From > id ? this : new(id + 1, To);

    /// <summary>Counts backwards from a message.</summary>
    /// <param name="head">Newest id of the conversation, 0 when it has none.</param>
    /// <param name="begin">Newest id wanted, inclusive; 0 for the newest there is. May lie above the head.</param>
    /// <param name="count">How many; at most <see cref="MaxMessages"/> are given.</param>
    public static HistoryPage Of(uint head, uint begin, uint count)
    {
        var to = begin == 0 ? head : Math.Min(begin, head);
        var messages = Math.Min(to, Math.Min(count, MaxMessages));
        return new(to - messages + 1, to);
    }
}
