using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.LoadTests.Talk;

/// <summary>Two users, or a group: those who send, and everybody who must see it.</summary>
internal sealed class Conversation(IReadOnlyList<Talker> members)
{
    private readonly Talker[] _senders = [.. members.Where(static member => member.IsSender).OrderBy(static member => member.Sender)];

    /// <summary>Everybody in it.</summary>
    public IReadOnlyList<Talker> Members { get; } = members;

    /// <summary>Whether everything has been answered and has arrived everywhere.</summary>
    public bool IsComplete
    {
        get
        {
            var acked = _senders.Sum(static sender => sender.Ledger.Acked.Count);
            return Members.All(member => member.IsSettled && member.Ledger.ReceivedCount >= acked - member.Ledger.Acked.Count);
        }
    }

    /// <summary>Judges conversations that have come to rest.</summary>
    public static Verdict Judge(IReadOnlyList<Conversation> conversations)
    {
        long lost = 0, gaps = 0, disagreements = 0, seen = 0;
        foreach (var conversation in conversations)
        {
            var sum = conversation._senders.Aggregate(0UL, static (sum, sender) => sum + sender.Ledger.AckedSum);
            foreach (var member in conversation.Members)
            {
                var ledger = member.Ledger;
                foreach (var sender in conversation._senders)
                    lost += sender == member ? 0 : sender.Ledger.Acked.CountMissingFrom(ledger.ReceivedFrom(sender.Sender));
                gaps += ledger.HasDenseIds() ? 0 : 1;
                disagreements += ledger.ReceivedSum == sum - ledger.AckedSum ? 0 : 1;
                seen += ledger.ReceivedCount;
            }
        }

        Talker[] all = [.. conversations.SelectMany(static conversation => conversation.Members)];
        return new()
        {
            Checked = seen,
            Lost = lost,
            Unanswered = all.Sum(static talker => (long)talker.Unanswered),
            Duplicates = all.Sum(static talker => talker.Ledger.Duplicates),
            OutOfOrder = all.Sum(static talker => talker.Ledger.OutOfOrder),
            IdGaps = gaps,
            IdDisagreements = disagreements,
            Strayed = all.Sum(static talker => talker.Ledger.Strayed),
            Refused = all.Sum(static talker => talker.Refused.Count),
            RefusedAs = all.FirstOrDefault(static talker => talker.Refused.Count > 0)?.Refused.Last.ToString() ?? "",
            Disconnected = all.LongCount(static talker => talker.IsGone),
        };
    }
}
