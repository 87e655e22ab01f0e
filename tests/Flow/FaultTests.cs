using System.Globalization;
using BrokerIm.Faults.Cells;
using BrokerIm.Faults.Workload;
using BrokerIm.Tests.Conformance;

namespace BrokerIm.Tests.Flow;

/// <summary>
/// A few cells of the fault matrix, others every day: what broke, and whatever else went on meanwhile, nobody lost, doubled or
/// reordered anything. <c>./faults.sh</c> runs all of them, and measures as well.
/// </summary>
[Collection(Installation.OneAtATime)]
public sealed class FaultTests : IAsyncLifetime
{
    /// <summary>Names of cells to run instead of those of the day, with commas between them.</summary>
    private const string Override = "BROKERIM_FAULT_CELLS";

    private const int BrokeredCells = 2;

    // Those that have been seen to hold. Kafka and ZooKeeper take a minute to come back; they are for the whole matrix, which has the time.
    private static readonly string[] s_quick =
    [
        "gateway-kill", "gateway-pause", "gateway-restart", "gateway-reset", "gateway-blackhole", "gateway-slow", "persist-kill",
        "persist-blackhole", "deliver-kill", "deliver-blackhole", "cassandra-blackhole", "rabbitmq-kill", "rabbitmq-pause", "rabbitmq-reset",
        "redis-kill", "redis-wipe",
    ];

    private static readonly CrowdOptions s_crowd = new() { Pairs = 6, Groups = [3, 6], Listeners = 6, Rate = 30 };

    private static readonly CellTimes s_times = new()
    {
        Warm = TimeSpan.FromSeconds(3),
        Fault = TimeSpan.FromSeconds(6),
        Healed = TimeSpan.FromSeconds(3),

        // Only how long the test waits before it fails: what is judged is what is there in the end.
        Patience = TimeSpan.FromMinutes(3),
        DeliveredWithin = null,
        JudgesLoad = false,
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("brokerim-faults-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public Task A_killed_embedded_server_loses_nothing() => RunAsync([Cell.Named("embedded-kill")], seed: CellChoice.Today);

    [Fact]
    public Task The_faults_of_the_day_lose_nothing()
    {
        foreach (var service in new[] { "BROKERIM_TEST_KAFKA", "BROKERIM_TEST_CASSANDRA", "BROKERIM_TEST_RABBITMQ", "BROKERIM_TEST_REDIS" })
            Service.Address(service);
        return RunAsync(Chosen(Environment.GetEnvironmentVariable(Override), CellChoice.Today), CellChoice.Today);
    }

    [Fact]
    public void Every_quick_cell_has_its_day()
    {
        var days = Enumerable.Range(0, 400).SelectMany(static day => Chosen(names: null, day));
        Assert.Equal(Quick.Count, days.Distinct().Count());
    }

    private static List<Cell> Quick => [.. s_quick.Select(Cell.Named)];

    private static IReadOnlyList<Cell> Chosen(string? names, int day) => string.IsNullOrEmpty(names)
        ? CellChoice.Of(string.Join(',', Quick.Select(static cell => cell.Name)), BrokeredCells, day)
        : CellChoice.Of(names, subset: null, day);

    private async Task RunAsync(IReadOnlyList<Cell> cells, int seed)
    {
        using var said = new StringWriter(CultureInfo.InvariantCulture);
        List<CellResult> results = [];
        await using (var sequence = new CellSequence(_folder.FullName, s_crowd, s_times, said))
        {
            foreach (var cell in cells)
                results.Add(await sequence.RunAsync(cell, seed, Token));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"Cells of {seed}; others with {Override}=NAME,NAME.\n{said}");
        Assert.All(results, static result => Assert.True(result.Holds, Explain(result)));
    }

    private static string Explain(CellResult result) => string.Join(
        '\n', [$"./faults.sh --cells {result.Cell} --seed {result.Seed}", .. result.Troubles, .. (result.Verdict?.Violations ?? []).Select(static one => $"{one}")]);
}
