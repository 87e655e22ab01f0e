using System.Diagnostics.Metrics;

namespace BrokerIm.Cql.Cluster;

/// <summary>What is counted, on the meter <c>BrokerIm.Cql</c>.</summary>
internal sealed class CqlMetrics
{
    public const string MeterName = "BrokerIm.Cql";

    private static readonly InstrumentAdvice<double> s_seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly Meter s_meter = new(MeterName);

    private readonly Counter<long> _requests;
    private readonly Counter<long> _retries;
    private readonly UpDownCounter<int> _inFlight;
    private readonly UpDownCounter<int> _connections;
    private readonly Histogram<double> _seconds;

    /// <param name="meter">Null for the one that all sessions share.</param>
    public CqlMetrics(Meter? meter = null)
    {
        meter ??= s_meter;
        _requests = meter.CreateCounter<long>("cql_requests_total", description: "Requests that have ended, by outcome");
        _retries = meter.CreateCounter<long>("cql_retries_total", description: "Further attempts, by what made them necessary");
        _inFlight = meter.CreateUpDownCounter<int>("cql_requests_in_flight", description: "Requests that have not ended");
        _connections = meter.CreateUpDownCounter<int>("cql_connections", description: "Open connections, control connections excluded");
        _seconds = meter.CreateHistogram<double>(
            "cql_request_seconds", "s", "From the call to its answer, all attempts included", tags: null, s_seconds);
    }

    public void RequestBegan() => _inFlight.Add(1);

    public void RequestEnded(string outcome, TimeSpan took)
    {
        _inFlight.Add(-1);
        _requests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        _seconds.Record(took.TotalSeconds);
    }

    public void Retried(string reason) => _retries.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void ConnectionOpened() => _connections.Add(1);

    public void ConnectionClosed() => _connections.Add(-1);
}
