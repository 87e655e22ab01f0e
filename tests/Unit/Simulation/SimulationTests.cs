using BrokerIm.Simulation;
using BrokerIm.Simulation.Variants;

namespace BrokerIm.Tests.Unit.Simulation;

/// <summary>
/// The real workers and gateways on simulated services. Every seed is another storm; a seed that fails is shown again by the command that
/// the failure prints.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int SeedsOfTheRightSystem = 700;
    private const int SeedsOfEverything = 200;
    private const int SeedsInFairWeather = 20;
    private const int SeedsToCatchAMistake = 400;

    public static TheoryData<string> Mistakes => [.. AllVariants.Wrong.Select(static variant => variant.Name)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Equal_seeds_give_equal_histories(int seed)
    {
        var (one, again) = (Simulator.Run(seed, Variant.Right), Simulator.Run(seed, Variant.Right));

        Assert.Equal(one, again);
        Assert.NotEqual(one.Hash, Simulator.Run(seed + 1, Variant.Right).Hash);
        Assert.True(one.Steps > 100, $"Only {one.Steps} things happened.");
    }

    [Fact]
    public void No_storm_breaks_a_promise()
    {
        var failures = Simulator.Failures(from: 1, SeedsOfTheRightSystem, Variant.Right);

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures.Select(static one => one.Describe(Variant.Right))));
    }

    [Fact]
    public void In_fair_weather_every_device_gets_everything()
    {
        for (var seed = 1; seed <= SeedsInFairWeather; seed++)
        {
            var outcome = Simulator.RunInFairWeather(seed, Variant.Right);
            Assert.True(outcome.Violation is null, $"seed {seed} in fair weather: {outcome.Violation}");
        }
    }

    [Fact]
    public void No_storm_over_everything_keeps_a_message_from_a_device()
    {
        var failures = Simulator.Failures(from: 1, SeedsOfEverything, Variant.Right, full: true);

        Assert.True(
            failures.Count == 0, string.Join(Environment.NewLine, failures.Select(static one => one.Describe(Variant.Right, full: true))));
    }

    [Fact]
    public void No_single_crash_of_a_worker_breaks_a_promise() => Assert.Empty(Exhaustive.OfPersist.RunSingles(Variant.Right));

    [Fact]
    public void No_single_crash_of_any_process_breaks_a_promise() => Assert.Empty(Exhaustive.OfEverything.RunSingles(Variant.Right));

    [Fact]
    public void A_single_crash_shows_an_early_commit() =>
        Assert.NotEmpty(Exhaustive.OfPersist.RunSingles(AllVariants.Find("commit-early")!));

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_caught(string name)
    {
        var variant = AllVariants.Find(name)!;

        var caught = Simulator.FirstFailure(from: 1, SeedsToCatchAMistake, variant);

        Assert.True(caught is not null, $"{SeedsToCatchAMistake} seeds with '{variant.Says}' broke no promise.");
        output.WriteLine($"Caught at seed {caught.Seed} of 1 to {SeedsToCatchAMistake}: {caught.Violation}");
    }
}
