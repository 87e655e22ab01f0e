using System.CommandLine;
using System.Globalization;
using BrokerIm.Simulation.Variants;

namespace BrokerIm.Simulation;

/// <summary>The command line. Exit code 1: a promise was broken.</summary>
internal static class Commands
{
    private const int FailuresShown = 20;

    /// <summary>Makes it.</summary>
    public static RootCommand Create()
    {
        var seeds = new Option<int>("--seeds") { Description = "How many seeds to run.", DefaultValueFactory = static _ => 1_000 };
        var from = new Option<int>("--from") { Description = "The first of them.", DefaultValueFactory = static _ => 1 };
        var seed = new Option<int?>("--seed") { Description = "Run this seed alone." };
        var trace = new Option<bool>("--trace") { Description = "Print the history of the seed." };
        var variant = new Option<string>("--variant")
        {
            Description = "Run the system with a mistake in it; --list names them.",
            DefaultValueFactory = static _ => Variant.Right.Name,
        };
        var list = new Option<bool>("--list") { Description = "Name the variants." };
        var full = new Option<bool>("--full") { Description = "Let clients, gateways and Deliver take part." };
        var exhaustive = new Option<bool>("--exhaustive") { Description = "Crash at every call, alone and in pairs; of Persist workers, with --full of all processes." };
        var root = new RootCommand("Runs the real workers and gateways on simulated services, every interleaving decided by a seed.")
        {
            seeds, from, seed, trace, variant, list, full, exhaustive,
        };
        root.SetAction(parsed =>
        {
            if (parsed.GetValue(list))
                return List();
            if (AllVariants.Find(parsed.GetValue(variant)!) is not { } chosen)
            {
                Console.Error.WriteLine("There is no such variant; --list names them.");
                return 2;
            }

            if (parsed.GetValue(exhaustive))
                return RunExhaustive(parsed.GetValue(full) ? Exhaustive.OfEverything : Exhaustive.OfPersist, chosen);
            return parsed.GetValue(seed) is { } one
                ? Show(one, chosen, parsed.GetValue(full), parsed.GetValue(trace))
                : RunMany(parsed.GetValue(from), parsed.GetValue(seeds), chosen, parsed.GetValue(full));
        });
        return root;
    }

    private static int List()
    {
        foreach (var variant in AllVariants.Wrong.Prepend(Variant.Right))
            Console.WriteLine($"{variant.Name,-20} {variant.Says}");
        return 0;
    }

    private static int Show(int seed, Variant variant, bool full, bool trace)
    {
        var outcome = Simulator.Run(seed, variant, full, trace ? Console.Out : null);
        Console.WriteLine(outcome.Violation is null ? $"seed {seed}: no promise was broken" : outcome.Describe(variant, full));
        Console.WriteLine($"{outcome.Steps} steps, history {outcome.Hash:x16}");
        return outcome.Violation is null ? 0 : 1;
    }

    private static int RunExhaustive(Exhaustive crashes, Variant variant)
    {
        List<string> failures = [.. crashes.RunSingles(variant), .. crashes.RunPairs(variant)];
        foreach (var failure in failures.Take(FailuresShown))
            Console.WriteLine(failure);

        var count = crashes.Singles.Count;
        Console.WriteLine($"{count} crashes alone and {count * (count - 1) / 2} pairs, {failures.Count} broke a promise");
        return failures.Count == 0 ? 0 : 1;
    }

    private static int RunMany(int from, int count, Variant variant, bool full)
    {
        var began = TimeProvider.System.GetTimestamp();
        var failures = Simulator.Failures(from, count, variant, full);
        foreach (var outcome in failures.Take(FailuresShown))
            Console.WriteLine(outcome.Describe(variant, full));

        var perSecond = (count / TimeProvider.System.GetElapsedTime(began).TotalSeconds).ToString("F0", CultureInfo.InvariantCulture);
        Console.WriteLine($"{count} seeds of '{variant.Name}', {failures.Count} broke a promise, {perSecond} runs per second");
        return failures.Count == 0 ? 0 : 1;
    }
}
