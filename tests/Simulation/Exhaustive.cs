using System.Collections.Concurrent;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.Variants;

namespace BrokerIm.Simulation;

/// <summary>Every call that a Persist worker makes, dying or pausing there, before or after it took effect; alone and in pairs.</summary>
internal static class Exhaustive
{
    private const int Occurrences = 3;

    private static readonly string[] s_calls =
    [
        "persist.poll", "store.read_progress", "store.read_skips", "store.load", "store.window", "store.registers", "store.load_groups",
        "store.load_members", "store.write", "persist.dead_letter", "persist.produce", "store.write_progress", "persist.commit",
    ];

    private static readonly Fate[] s_fates = [Fate.DiesBefore, Fate.DiesAfter, Fate.PausesBefore, Fate.PausesAfter];

    /// <summary>All crashes.</summary>
    public static IReadOnlyList<PlannedCrash> Singles { get; } =
    [
        .. from call in s_calls
           from occurrence in Enumerable.Range(1, Occurrences)
           from fate in s_fates
           select new PlannedCrash(call, occurrence, fate),
    ];

    /// <summary>What fails when each crash comes alone.</summary>
    public static IReadOnlyList<string> RunSingles(Variant variant) => Run(variant, Singles.Select(static one => new[] { one }));

    /// <summary>What fails when every two crashes come together.</summary>
    public static IReadOnlyList<string> RunPairs(Variant variant) => Run(
        variant, Singles.SelectMany(static (one, i) => Singles.Skip(i + 1).Select(other => new[] { one, other })));

    private static List<string> Run(Variant variant, IEnumerable<PlannedCrash[]> plans)
    {
        var failures = new ConcurrentBag<string>();
        Parallel.ForEach(plans, crashes =>
        {
            if (Simulator.RunWithCrashes(variant, crashes).Violation is { } violation)
                failures.Add($"{string.Join(" and ", crashes)}: {violation}");
        });
        return [.. failures.Order(StringComparer.Ordinal)];
    }
}
