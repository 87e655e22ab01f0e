using BrokerIm.Faults.Checking;

namespace BrokerIm.Faults.Cells;

/// <summary>What came of a cell.</summary>
/// <param name="Cell">Which.</param>
/// <param name="Seed">Of its workload.</param>
/// <param name="Folder">Its histories.</param>
internal sealed record CellResult(Cell Cell, int Seed, string Folder)
{
    /// <summary>Why it was not run; null when it was.</summary>
    public string? Skipped { get; init; }

    /// <summary>Judgement of the checker.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>What went wrong beside the rules: somebody never had everything, a process ended by itself.</summary>
    public IReadOnlyList<string> Troubles { get; init; } = [];

    /// <summary>Seconds of the cell after which the fault began and was over.</summary>
    public (double From, double To) FaultSeconds { get; init; }

    /// <summary>Messages acknowledged.</summary>
    public int Acked { get; init; }

    /// <summary>Messages without a known outcome.</summary>
    public int Unknown { get; init; }

    /// <summary>Longest time from sending a message to its acknowledgement.</summary>
    public TimeSpan LongestStall { get; init; }

    /// <summary>Longest time without any acknowledgement while they talked.</summary>
    public TimeSpan LongestSilence { get; init; }

    /// <summary>Whether it is all well.</summary>
    public bool Holds => Skipped is not null || (Verdict is { Holds: true } && Troubles.Count == 0);
}
