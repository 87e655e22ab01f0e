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
    public string Describe(Variant variant) =>
        $"seed {Seed}: {Violation}{Environment.NewLine}  dotnet run --project tests/Simulation -- --seed {Seed} --trace"
        + (variant == Variant.Right ? "" : $" --variant {variant.Name}");
}

/// <summary>Runs seeds.</summary>
internal static class Simulator
{
    /// <summary>One run. Equal seeds give equal runs.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="variant">The system as it is, or with something wrong in it.</param>
    /// <param name="text">Where the history is written, null for nowhere.</param>
    public static Outcome Run(int seed, Variant variant, TextWriter? text = null)
    {
        var trace = new Trace(text);
        var scheduler = new Scheduler(seed, trace);
        IRun run = new PersistRun(scheduler, variant);
        try
        {
            run.Run();
        }
        catch (InvalidOperationException exception)
        {
            scheduler.Violate(exception.ToString());
        }

        return new(seed, scheduler.Violation, trace.Hash, trace.Length);
    }

    /// <summary>All seeds of a range at which the variant breaks a promise, on all processors.</summary>
    public static IReadOnlyList<Outcome> Failures(int from, int count, Variant variant)
    {
        var failures = new ConcurrentBag<Outcome>();
        Parallel.For(from, from + count, seed =>
        {
            if (Run(seed, variant) is { Violation: not null } outcome)
                failures.Add(outcome);
        });
        return [.. failures.OrderBy(static outcome => outcome.Seed)];
    }

    /// <summary>The first seed of a range at which the variant breaks a promise, null when there is none.</summary>
    public static Outcome? FirstFailure(int from, int count, Variant variant)
    {
        for (var seed = from; seed < from + count; seed++)
        {
            if (Run(seed, variant) is { Violation: not null } outcome)
                return outcome;
        }

        return null;
    }
}
