using BrokerIm.LoadTests.Running;

namespace BrokerIm.Tests.Unit.LoadTests;

/// <summary>A scenario that runs until enough was done, whatever time that takes.</summary>
internal static class ScenarioRun
{
    /// <summary>Drives a scenario and stops it.</summary>
    /// <param name="scenario">Not prepared yet; it is not disposed of.</param>
    /// <param name="done">How much of the first step.</param>
    /// <param name="waitsForRest">Whether what is under way then is waited for.</param>
    public static async Task UntilAsync(IScenario scenario, long done, bool waitsForRest)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await scenario.PrepareAsync(TextWriter.Null, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var driving = scenario.DriveAsync(stop.Token);
        await Support.Eventually.HoldsAsync(() => scenario.Steps[0].Count >= done);
        await stop.CancelAsync();
        await driving;
        if (waitsForRest)
            await scenario.SettleAsync(cancellationToken);
    }
}
