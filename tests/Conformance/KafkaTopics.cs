using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using BrokerIm.Tests.House;

namespace BrokerIm.Tests.Conformance;

/// <summary>
/// Empty topics on the real broker, all made before the first test: the old broker's topics are made by a program of its own,
/// which takes more than a second each time.
/// </summary>
public sealed class KafkaTopics : IAsyncLifetime
{
    private const int Topics = 24;

    private readonly ConcurrentQueue<string> _unused = new();

    /// <summary>An empty topic.</summary>
    public string Take(int partitions)
    {
        Assert.Equal(KafkaLogConformance.Partitions, partitions);
        Assert.True(_unused.TryDequeue(out var topic), $"The class has more than {Topics} tests; make more topics.");
        return topic;
    }

    /// <summary>Makes topics that are not there, with so many partitions.</summary>
    public static async Task CreateAsync(IEnumerable<(string Topic, int Partitions)> topics, CancellationToken cancellationToken)
    {
        var creation = new ProcessStartInfo(Path.Combine(Repository.Root, "infra/local/topic")) { RedirectStandardError = true };
        foreach (var (topic, partitions) in topics)
        {
            creation.ArgumentList.Add(topic);
            creation.ArgumentList.Add(partitions.ToString(CultureInfo.InvariantCulture));
        }

        using var process = Process.Start(creation)!;
        var said = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, said);
    }

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("BROKERIM_TEST_KAFKA") is not { Length: > 0 })
            return;

        var run = $"{Guid.NewGuid():n}"[..8];
        string[] topics = [.. Enumerable.Range(0, Topics).Select(number => $"test.{run}.{number}")];
        await CreateAsync(topics.Select(static topic => (topic, KafkaLogConformance.Partitions)), CancellationToken.None);
        foreach (var topic in topics)
            _unused.Enqueue(topic);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
