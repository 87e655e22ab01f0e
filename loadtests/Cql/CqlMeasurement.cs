namespace BrokerIm.LoadTests.Cql;

/// <summary>What is done again and again.</summary>
internal enum CqlWorkload
{
    /// <summary>One row per request.</summary>
    Insert,

    /// <summary>An unlogged batch of twenty rows of one partition.</summary>
    Batch20,

    /// <summary>A read of the latest twenty rows of a partition.</summary>
    Latest20,
}

/// <summary>One client doing one thing for a while.</summary>
/// <param name="Client">Who.</param>
/// <param name="Workload">What.</param>
/// <param name="InFlight">How many at once.</param>
/// <param name="PerSecond">Requests answered per second.</param>
/// <param name="P50Ms">Half of them took at most this long.</param>
/// <param name="P99Ms">99 of 100 took at most this long.</param>
/// <param name="CpuMicroseconds">Processor time of the client per request.</param>
/// <param name="AllocatedBytes">Memory allocated by the client per request, where it can tell.</param>
internal sealed record CqlMeasurement(
    string Client,
    CqlWorkload Workload,
    int InFlight,
    double PerSecond,
    double P50Ms,
    double P99Ms,
    double CpuMicroseconds,
    double? AllocatedBytes);

/// <summary>A client that can be measured.</summary>
internal interface ICqlClient
{
    /// <summary>Keeps so many requests in flight for so long.</summary>
    Task<CqlMeasurement> MeasureAsync(CqlWorkload workload, int inFlight, TimeSpan duration, CancellationToken cancellationToken);
}
