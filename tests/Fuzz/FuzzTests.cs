using System.Diagnostics;
using System.Globalization;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Fuzz;

/// <summary>
/// Sessions of damaged frames: none is more than its sender's problem. BROKERIM_FUZZ_FRAMES sets how many frames are sent without
/// sockets; BROKERIM_FUZZ_SEED where the seeds begin, so that a session that failed can be played again.
/// </summary>
public sealed class FuzzTests(FuzzServer server, ITestOutputHelper output) : IClassFixture<FuzzServer>
{
    private const int FramesInProcess = 50_000;
    private const int FramesOnSockets = 3_000;
    private const int FramesPerSession = 50;
    private const int SessionsPerWorld = 40;
    private const int Together = 4;

    [Fact]
    public Task Damaged_sessions_are_answered_ignored_or_closed() =>
        RunAsync(Setting("BROKERIM_FUZZ_FRAMES", FramesInProcess), Setting("BROKERIM_FUZZ_SEED", 1), server.ServeAsync);

    [Fact]
    public Task Damaged_sessions_on_sockets_are_answered_ignored_or_closed() =>
        RunAsync(FramesOnSockets, Setting("BROKERIM_FUZZ_SEED", 500_000_000), server.SendAsync);

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private async Task RunAsync(int frames, int firstSeed, Func<FuzzedSession, Task<byte[]>> playAsync)
    {
        var (started, seed) = (Stopwatch.GetTimestamp(), firstSeed);
        var end = firstSeed + (frames + FramesPerSession - 1) / FramesPerSession;
        while (seed < end)
        {
            var world = await server.NewWorldAsync();
            var seeds = Enumerable.Range(seed, Math.Min(SessionsPerWorld, end - seed));
            await Parallel.ForEachAsync(
                seeds,
                new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = TestContext.Current.CancellationToken },
                async (one, _) => await PlayAsync(FuzzedSession.Of(one, world), world, playAsync));
            await server.ExpectUnharmedAsync();
            seed += SessionsPerWorld;
        }

        // Each was closed for a reason that is counted, and none of them was a failure of ours.
        await Eventually.HoldsAsync(() => server.OtherConnections == 0);
        Assert.Equal(0, server.Closed("failed"));
        Assert.All(new[] { "unparsable", "unknown_command", "too_deep" }, reject => Assert.True(server.Rejected(reject) > 0, reject));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"{frames} frames, {frames / seconds:F0} a second");
    }

    private static async Task PlayAsync(FuzzedSession session, FuzzWorld world, Func<FuzzedSession, Task<byte[]>> playAsync)
    {
        try
        {
            FuzzedReplies.Check(session, await playAsync(session).Soon(), world);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException(
                $"Play it again with BROKERIM_FUZZ_SEED={session.Seed} BROKERIM_FUZZ_FRAMES={FramesPerSession}.", exception);
        }
    }
}
