using System.Collections.Concurrent;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.Variants;
using BrokerIm.Simulation.Workload;

namespace BrokerIm.Simulation;

/// <summary>What came of a run.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Violation">The promise that was broken, null when none was.</param>
/// <param name="Hash">Everything that happened, as a number.</param>
/// <param name="Steps">Things that happened.</param>
internal sealed record Outcome(int Seed, string? Violation, ulong Hash, long Steps)
{
    /// <summary>The failure with the command that shows it again.</summary>
    public string Describe(Variant variant, bool full = false) =>
        $"seed {Seed}: {Violation}{Environment.NewLine}  dotnet run --project tests/Simulation -- --seed {Seed} --trace"
        + (full ? " --full" : "") + (variant == Variant.Right ? "" : $" --variant {variant.Name}");
}

/// <summary>Runs seeds.</summary>
internal static class Simulator
{
    /// <summary>One run. Equal seeds give equal runs.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="variant">The system as it is, or with something wrong in it.</param>
    /// <param name="full">Whether clients, gateways and Deliver take part.</param>
    /// <param name="text">Where the history is written, null for nowhere.</param>
    public static Outcome Run(int seed, Variant variant, bool full = false, TextWriter? text = null) => Run(
        seed, text, scheduler => full ? FullRun.Draw(scheduler, variant) : PersistRun.Draw(scheduler, variant));

    /// <summary>One run in fair weather, clients, gateways and Deliver included.</summary>
    public static Outcome RunInFairWeather(int seed, Variant variant) => Run(seed, text: null, scheduler => new FullRun(
        scheduler, variant, new(), ClusterSize.Draw(scheduler.Random), FullSize.Draw(scheduler.Random) with { Troubles = false },
        CrashPlan.None));

    /// <summary>One small run in fair weather in which Persist workers die or pause at given calls.</summary>
    public static Outcome RunWithCrashes(Variant variant, params PlannedCrash[] crashes) => Run(seed: 1, text: null, scheduler =>
        new PersistRun(
            scheduler, variant, new(),
            new(Partitions: 1, DedupeWindow: 6, IdleWindow: 3, CachedConversations: 2, BatchRecords: 3, Workers: 2,
                LargeGroupMembers: 1_000, Skew: TimeSpan.FromSeconds(1)),
            new PlannedCrashes(crashes), troubles: false));

    /// <summary>One run in fair weather of everything, in which processes die or pause at given calls.</summary>
    public static Outcome RunEverythingWithCrashes(Variant variant, params PlannedCrash[] crashes) => Run(seed: 1, text: null, scheduler =>
        new FullRun(
            scheduler, variant, new(),
            new(Partitions: 2, DedupeWindow: 12, IdleWindow: 6, CachedConversations: 8, BatchRecords: 3, Workers: 2,
                LargeGroupMembers: 1_000, Skew: TimeSpan.FromSeconds(1)),
            new(Users: 3, Gateways: 2, Messages: 20, Troubles: false),
            new PlannedCrashes(crashes)));

    private static Outcome Run(int seed, TextWriter? text, Func<Scheduler, IRun> prepare)
    {
        var trace = new Trace(text);
        var scheduler = new Scheduler(seed, trace);
        try
        {
            using var run = prepare(scheduler);
            run.Run();
        }
        catch (InvalidOperationException exception)
        {
            scheduler.Violate(exception.ToString());
        }

        return new(seed, scheduler.Violation, trace.Hash, trace.Length);
    }

    /// <summary>Without a bound the thread pool, which takes long runs for blocked threads, would begin ever more of them side by side.</summary>
    public static ParallelOptions OnAllProcessors { get; } = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    /// <summary>All seeds of a range at which the variant breaks a promise, on all processors.</summary>
    public static IReadOnlyList<Outcome> Failures(int from, int count, Variant variant, bool full = false)
    {
        var failures = new ConcurrentBag<Outcome>();
        Parallel.For(from, from + count, OnAllProcessors, seed =>
        {
            if (Run(seed, variant, full) is { Violation: not null } outcome)
                failures.Add(outcome);
        });
        return [.. failures.OrderBy(static outcome => outcome.Seed)];
    }

    /// <summary>The first seed of a range at which the variant breaks a promise, null when there is none.</summary>
    public static Outcome? FirstFailure(int from, int count, Variant variant)
    {
        for (var seed = from; seed < from + count; seed++)
        {
            var outcome = variant.NeedsGateways && !variant.NeedsStorm
                ? RunInFairWeather(seed, variant)
                : Run(seed, variant, full: variant.NeedsGateways);
            if (outcome.Violation is not null)
                return outcome;
        }

        return null;
    }
}
