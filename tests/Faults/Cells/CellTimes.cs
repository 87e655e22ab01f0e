namespace BrokerIm.Faults.Cells;

/// <summary>How long the parts of a cell last.</summary>
internal sealed record CellTimes
{
    /// <summary>Traffic before the fault.</summary>
    public TimeSpan Warm { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The fault; what must be longer than a session is so by itself.</summary>
    public TimeSpan Fault { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>Traffic after it.</summary>
    public TimeSpan Healed { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long it may take until every message has an outcome, and until everybody has it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How late a message may be; null does not judge lateness.</summary>
    public TimeSpan? DeliveredWithin { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>Whether throughput and memory are judged: not where the machine has other things to do.</summary>
    public bool JudgesLoad { get; init; } = true;
}
