using BrokerIm.Simulation;
using BrokerIm.Simulation.Variants;

namespace BrokerIm.Tests.Unit.Simulation;

/// <summary>
/// The real Persist worker on simulated services. Every seed is another storm; a seed that fails is shown again by the command that
/// the failure prints.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int SeedsOfTheRightSystem = 3_000;
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
