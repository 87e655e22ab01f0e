using System.Net;
using System.Text.Json;
using BrokerIm.LoadTests.Cql;

namespace BrokerIm.Tests.Unit.LoadTests;

public sealed class CqlReportTests
{
    private static readonly CqlLoadOptions s_options = new(
        new IPEndPoint(IPAddress.Loopback, 9042), [1], TimeSpan.FromSeconds(5), Rounds: 3, TimeSpan.Zero, AgainstPython: true);

    [Fact]
    public void Clients_are_compared_by_the_median_of_their_rounds()
    {
        var report = new CqlReport(
            s_options, "2.1.0",
            [
                Round("own", 900, 10), Round("python", 100, 50),
                Round("own", 300, 20), Round("python", 1, 40),
                Round("own", 200, 5), Round("python", 150, 45),
            ]);
        var output = new StringWriter();

        report.Print(output);

        Assert.Contains("3.0 times as many, 4.5 times less CPU each", output.ToString(), StringComparison.Ordinal);
        var last = output.ToString().TrimEnd().Split('\n')[^1];
        Assert.Equal(6, JsonDocument.Parse(last).RootElement.GetProperty("measurements").GetArrayLength());
    }

    private static CqlMeasurement Round(string client, double perSecond, double cpuMicroseconds) =>
        new(client, CqlWorkload.Insert, InFlight: 1, perSecond, P50Ms: 1, P99Ms: 2, cpuMicroseconds, AllocatedBytes: null);
}
