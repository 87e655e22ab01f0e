using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>What is counted.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Everything_is_counted()
    {
        await using var cluster = FakeCluster.OfTwo();
        var options = cluster.Options();
        var counts = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == options.Meter)
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            counts.AddOrUpdate($"{instrument.Name} {tags[0].Value}", value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) =>
            counts.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) =>
            counts.AddOrUpdate(instrument.Name, 1, (_, sum) => sum + 1));
        listener.Start();

        await using (var session = await cluster.ConnectAsync(options))
        {
            (await session.QueryAsync("SELECT 1", Patience.Token)).Dispose();
            var answers = 0;
            cluster[0].Answer = cluster[1].Answer = _ => Interlocked.Increment(ref answers) == 1
                ? (Opcode.Error, FakeNode.Error(CqlErrorCode.IsBootstrapping, "not yet"))
                : (Opcode.Error, FakeNode.Error(CqlErrorCode.Invalid, "no"));
            await Assert.ThrowsAsync<CqlServerException>(() => session.QueryAsync("SELECT 2", Patience.Token).AsTask());
            Assert.Equal(2, counts["cql_connections"]);
        }

        Assert.Equal(1, counts["cql_requests_total Ok"]);
        Assert.Equal(1, counts["cql_requests_total Invalid"]);
        Assert.Equal(1, counts["cql_retries_total Bootstrapping"]);
        Assert.Equal(0, counts["cql_requests_in_flight"]);
        Assert.Equal(2, counts["cql_request_seconds"]);
        Assert.Equal(0, counts["cql_connections"]);
    }
}
