using BrokerIm.Client;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>Compares what was acknowledged with what was seen.</summary>
internal static class MixedVerdict
{
    /// <summary>Judges a day that has come to rest.</summary>
    /// <param name="users">Everybody.</param>
    /// <param name="circles">The members of each group.</param>
    /// <param name="sent">Acknowledged messages and their ids.</param>
    /// <param name="failed">Messages without a known outcome.</param>
    public static Verdict Of(
        MixedUser[] users, IReadOnlyList<MixedUser[]> circles, (MixedUser From, Peer To, uint Id)[] sent, long failed)
    {
        var byId = users.ToDictionary(static user => user.Id);
        var byGroup = circles.ToDictionary(static circle => circle[0].Group);
        long lost = 0, due = 0;
        foreach (var (from, to, id) in sent)
        {
            var receivers = to.IsGroup ? byGroup[to.Id].Where(user => user != from) : [byId[to.Id]];
            foreach (var receiver in receivers)
            {
                due++;
                lost += receiver.Knows(to.IsGroup ? to : from.Id, id) ? 0 : 1;
            }
        }

        // With unknown outcomes some may have been stored after all, and are known without having been acknowledged.
        return new()
        {
            Checked = due,
            Lost = lost,
            Unanswered = failed,
            Duplicates = users.Sum(static user => user.Repeats),
            OutOfOrder = users.Sum(static user => user.Disorders),
            Strayed = failed == 0 ? users.Sum(static user => user.KnownCount) - (due - lost) : 0,
            IdGaps = sent.GroupBy(static one => ConversationOf(one.From.Id, one.To))
                .Count(conversation => failed == 0 && !IsDense([.. conversation.Select(static one => one.Id)])),
        };
    }

    private static (uint, uint, bool) ConversationOf(uint from, Peer to) =>
        to.IsGroup ? (to.Id, 0, true) : (Math.Min(from, to.Id), Math.Max(from, to.Id), false);

    // Conversations may be older than this run, so they need not begin at 1.
    private static bool IsDense(List<uint> ids) => ids.Distinct().Count() == ids.Count && ids.Max() - ids.Min() == ids.Count - 1;
}
