using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking;

/// <summary>A rule that did not hold once.</summary>
/// <param name="Rule">Which.</param>
/// <param name="What">What happened instead.</param>
/// <param name="Events">What shows it; empty where it is something that did not happen or was measured.</param>
internal sealed record Violation(Rule Rule, string What, IReadOnlyList<HistoryEvent> Events)
{
    public override string ToString() =>
        Events.Count == 0 ? $"{Rule}: {What}" : $"{Rule}: {What}\n    {string.Join("\n    ", Events)}";
}
