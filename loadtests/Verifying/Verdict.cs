namespace BrokerIm.LoadTests.Verifying;

/// <summary>What went wrong in a run; all zero in an honest success.</summary>
internal sealed record Verdict
{
    /// <summary>Deliveries, logins or connections that were looked at. A run that looked at nothing proves nothing.</summary>
    public long Checked { get; init; }

    /// <summary>Acknowledged and never arrived.</summary>
    public long Lost { get; init; }

    /// <summary>Sent or asked, and never answered.</summary>
    public long Unanswered { get; init; }

    /// <summary>Arrived more than once.</summary>
    public long Duplicates { get; init; }

    /// <summary>Came after something later.</summary>
    public long OutOfOrder { get; init; }

    /// <summary>Users who saw a missing or repeated id in their conversation.</summary>
    public long IdGaps { get; init; }

    /// <summary>Users who know a message under another id than its sender.</summary>
    public long IdDisagreements { get; init; }

    /// <summary>Arrived at somebody it was not for.</summary>
    public long Strayed { get; init; }

    /// <summary>Answered with a refusal.</summary>
    public long Refused { get; init; }

    /// <summary>What the last refusal was; empty without one.</summary>
    public string RefusedAs { get; init; } = "";

    /// <summary>Connections that did not last.</summary>
    public long Disconnected { get; init; }

    /// <summary>Whether anything went wrong, or nothing happened at all.</summary>
    public bool IsViolated =>
        Checked == 0
        || (Lost | Unanswered | Duplicates | OutOfOrder | IdGaps | IdDisagreements | Strayed | Refused | Disconnected) != 0;

    /// <summary>In words.</summary>
    public override string ToString()
    {
        if (!IsViolated)
            return $"{Checked:N0} checked: nothing lost, doubled, out of order or misnumbered";
        if (Checked == 0)
            return "VIOLATED: nothing happened that could be checked";

        (long Count, string What)[] findings =
        [
            (Lost, "lost"), (Unanswered, "without an answer"), (Duplicates, "doubled"), (OutOfOrder, "out of order"),
            (IdGaps, "users saw gaps between ids"), (IdDisagreements, "users know messages under other ids than their senders"),
            (Strayed, "strayed"), (Refused, $"refused ({RefusedAs})"), (Disconnected, "connections lost"),
        ];
        return "VIOLATED: " + string.Join(", ", findings.Where(one => one.Count != 0).Select(one => $"{one.Count:N0} {one.What}"));
    }
}
