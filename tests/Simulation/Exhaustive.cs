using System.Collections.Concurrent;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.Variants;

namespace BrokerIm.Simulation;

/// <summary>Every call that processes make, dying or pausing there, before or after it took effect; alone and in pairs.</summary>
/// <param name="calls">Names of the calls.</param>
/// <param name="occurrences">Which calls of a name, from 1.</param>
/// <param name="run">A small run with crashes in it.</param>
internal sealed class Exhaustive(string[] calls, int[] occurrences, Func<Variant, PlannedCrash[], Outcome> run)
{
    private static readonly Fate[] s_fates = [Fate.DiesBefore, Fate.DiesAfter, Fate.PausesBefore, Fate.PausesAfter];

    /// <summary>Persist workers alone, each call the first three times.</summary>
    public static Exhaustive OfPersist { get; } = new(
        [
            "persist.poll", "store.read_progress", "store.read_skips", "store.load", "store.window", "store.registers",
            "store.load_groups", "store.load_members", "store.write", "persist.dead_letter", "persist.produce",
            "store.write_progress", "persist.commit",
        ],
        [1, 2, 3],
        Simulator.RunWithCrashes);

    /// <summary>What gateways, Persist and Deliver do with a message; early, in the middle and late.</summary>
    public static Exhaustive OfEverything { get; } = new(
        [
            "gateway.produce", "persist.poll", "store.write", "persist.produce", "persist.commit", "deliver.poll", "store.members",
            "presence.find", "presence.gateways", "bus.send", "deliver.commit", "presence.add", "presence.renew", "bus.broadcast",
            "store.heads", "store.range",
        ],
        [1, 6, 15],
        Simulator.RunEverythingWithCrashes);

    /// <summary>All crashes.</summary>
    public IReadOnlyList<PlannedCrash> Singles { get; } =
    [
        .. from call in calls
           from occurrence in occurrences
           from fate in s_fates
           select new PlannedCrash(call, occurrence, fate),
    ];

    /// <summary>What fails when each crash comes alone.</summary>
    public IReadOnlyList<string> RunSingles(Variant variant) => Run(variant, Singles.Select(static one => new[] { one }));

    /// <summary>What fails when every two crashes come together.</summary>
    public IReadOnlyList<string> RunPairs(Variant variant) => Run(
        variant, Singles.SelectMany((one, i) => Singles.Skip(i + 1).Select(other => new[] { one, other })));

    private List<string> Run(Variant variant, IEnumerable<PlannedCrash[]> plans)
    {
        var failures = new ConcurrentBag<string>();
        Parallel.ForEach(plans, Simulator.OnAllProcessors, crashes =>
        {
            if (run(variant, crashes).Violation is { } violation)
                failures.Add($"{string.Join(" and ", crashes)}: {violation}");
        });
        return [.. failures.Order(StringComparer.Ordinal)];
    }
}
