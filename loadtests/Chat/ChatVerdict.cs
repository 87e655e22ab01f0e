namespace BrokerIm.LoadTests.Chat;

/// <summary>What went wrong in a run; all zero in an honest success.</summary>
/// <param name="Lost">Acknowledged and never arrived.</param>
/// <param name="Unanswered">Sent and never acknowledged.</param>
/// <param name="Duplicates">Arrived more than once.</param>
/// <param name="OutOfOrder">Came after something later.</param>
/// <param name="IdGaps">Users who saw a missing or repeated id in their conversation.</param>
/// <param name="IdDisagreements">Conversations in which sender and receiver know a message under different ids.</param>
/// <param name="Refused">Answered with a refusal.</param>
/// <param name="RefusedAs">What the last refusal was; empty without one.</param>
/// <param name="Disconnected">Connections that did not last.</param>
internal sealed record ChatVerdict(
    long Lost,
    long Unanswered,
    long Duplicates,
    long OutOfOrder,
    long IdGaps,
    long IdDisagreements,
    long Refused,
    string RefusedAs,
    long Disconnected)
{
    /// <summary>Whether anything went wrong.</summary>
    public bool IsViolated =>
        (Lost | Unanswered | Duplicates | OutOfOrder | IdGaps | IdDisagreements | Refused | Disconnected) != 0;

    /// <summary>Judges a run that has come to rest; users 0 and 1 are a pair, 2 and 3, and so on.</summary>
    public static ChatVerdict Of(IReadOnlyList<ChatUser> users)
    {
        long lost = 0, gaps = 0, disagreements = 0;
        for (var index = 0; index < users.Count; index++)
        {
            var (mine, theirs) = (users[index].Ledger, users[index ^ 1].Ledger);
            lost += mine.Acked.CountMissingFrom(theirs.Received);
            gaps += mine.HasDenseIds() ? 0 : 1;
            disagreements += mine.AckedSum == theirs.ReceivedSum ? 0 : 1;
        }

        return new(
            lost,
            users.Sum(user => (long)user.Unanswered),
            users.Sum(user => user.Ledger.Duplicates),
            users.Sum(user => user.Ledger.OutOfOrder),
            gaps,
            disagreements,
            users.Sum(user => user.Refused.Count),
            users.FirstOrDefault(user => user.Refused.Count > 0)?.Refused.Last.ToString() ?? "",
            users.LongCount(user => user.IsGone));
    }
}
