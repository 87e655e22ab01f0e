using BrokerIm.LoadTests.Running;

namespace BrokerIm.Tests.Unit.LoadTests;

public sealed class LoadSimulationTests
{
    [Fact]
    public void Injected_requests_are_evenly_spaced()
    {
        var load = new LoadSimulation.Inject(200);
        Assert.Equal([0, 0.005, 0.01, 1], new long[] { 0, 1, 2, 200 }.Select(load.SecondsUntil));
    }

    [Fact]
    public void Ramp_reaches_its_rate_and_stays()
    {
        // From 0 to 100 per second over 10 s: 500 requests while it grows, then one every 10 ms.
        var load = new LoadSimulation.Ramp(0, 100, TimeSpan.FromSeconds(10));
        Assert.Equal(0, load.SecondsUntil(0), 9);
        Assert.Equal(5, load.SecondsUntil(125), 9);
        Assert.Equal(10, load.SecondsUntil(500), 9);
        Assert.Equal(11, load.SecondsUntil(600), 9);
    }

    [Fact]
    public void Ramp_from_a_rate_begins_with_it()
    {
        var load = new LoadSimulation.Ramp(100, 300, TimeSpan.FromSeconds(4));
        Assert.Equal(0.01, load.SecondsUntil(1), 3);
        Assert.Equal(4, load.SecondsUntil(800), 9);
        Assert.Equal(5, load.SecondsUntil(1_100), 9);
    }

    [Fact]
    public void Ramp_never_goes_back_in_time()
    {
        var load = new LoadSimulation.Ramp(10, 1_000, TimeSpan.FromSeconds(3));
        var due = Enumerable.Range(0, 5_000).Select(number => load.SecondsUntil(number)).ToArray();
        Assert.Equal(due.Order(), due);
    }
}
