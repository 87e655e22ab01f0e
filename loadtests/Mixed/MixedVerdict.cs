using BrokerIm.Client;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>What went wrong; all zero when nothing did.</summary>
/// <param name="Sent">Acknowledged messages.</param>
/// <param name="Failed">Messages without a known outcome.</param>
/// <param name="Lost">Messages that somebody should have seen and did not.</param>
/// <param name="Repeated">Messages that somebody saw twice.</param>
/// <param name="Disordered">Messages that somebody saw after a later one.</param>
/// <param name="Strayed">Messages that somebody saw who should not have.</param>
/// <param name="Misnumbered">Conversations whose ids have gaps or repeats.</param>
internal sealed record MixedVerdict(long Sent, long Failed, long Lost, long Repeated, long Disordered, long Strayed, long Misnumbered)
{
    /// <summary>Whether a promise was broken; a failed send breaks none.</summary>
    public bool IsViolated => Lost + Repeated + Disordered + Strayed + Misnumbered > 0;

    /// <summary>Compares what was acknowledged with what was seen.</summary>
    public static MixedVerdict Of(
        MixedUser[] users, List<MixedUser[]> circles, (MixedUser From, Peer To, uint Id)[] sent, long failed)
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
                lost += receiver.Seen.ContainsKey((to.IsGroup ? to : from.Id, id)) ? 0 : 1;
            }
        }

        // With unknown outcomes some may have been stored after all, and are seen without having been acknowledged.
        var seen = users.Sum(static user => (long)user.Seen.Count);
        var misnumbered = sent.GroupBy(static one => ConversationOf(one.From.Id, one.To))
            .Count(conversation => failed == 0 && !IsDense([.. conversation.Select(static one => one.Id)]));
        return new(
            sent.Length,
            failed,
            lost,
            users.Sum(static user => user.Seen.Values.Sum(static times => times - 1L)),
            users.Sum(static user => user.Disorders),
            failed == 0 ? seen - (due - lost) : 0,
            misnumbered);
    }

    private static (uint, uint, bool) ConversationOf(uint from, Peer to) =>
        to.IsGroup ? (to.Id, 0, true) : (Math.Min(from, to.Id), Math.Max(from, to.Id), false);

    // Conversations may be older than this run, so they need not begin at 1.
    private static bool IsDense(List<uint> ids) => ids.Distinct().Count() == ids.Count && ids.Max() - ids.Min() == ids.Count - 1;
}
