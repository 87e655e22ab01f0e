namespace BrokerIm.Faults.Checking;

/// <summary>What the checker found.</summary>
/// <param name="Violations">In the order of the rules.</param>
/// <param name="NotMeasured">Rules about which the run has no measurement.</param>
internal sealed record Verdict(IReadOnlyList<Violation> Violations, IReadOnlyList<Rule> NotMeasured)
{
    /// <summary>Whether everything that could be judged holds.</summary>
    public bool Holds => Violations.Count == 0;

    /// <summary>One word per rule: holds, VIOLATED or not measured.</summary>
    public string Of(Rule rule) =>
        Violations.Any(violation => violation.Rule == rule) ? "VIOLATED" : NotMeasured.Contains(rule) ? "not measured" : "holds";
}
