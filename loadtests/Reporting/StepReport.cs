using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;

namespace BrokerIm.LoadTests.Reporting;

/// <summary>What one step came to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Count">How often it was done while measured.</param>
/// <param name="PerSecond">That per second.</param>
/// <param name="Latency">How long it took.</param>
internal sealed record StepReport(string Name, long Count, double PerSecond, LatencyReport Latency)
{
    public static StepReport Of(Step step, long count, double seconds) =>
        new(step.Name, count, count / seconds, LatencyReport.Of(step.Latency));
}

/// <summary>Percentiles, in milliseconds.</summary>
/// <param name="P50">The median.</param>
/// <param name="P90">What nine of ten do not exceed.</param>
/// <param name="P99">What 99 of 100 do not exceed.</param>
/// <param name="P999">What 999 of 1,000 do not exceed.</param>
/// <param name="Max">The longest, exactly.</param>
/// <param name="Count">How many were timed: those that were due while measured.</param>
/// <param name="Curve">Further shares and their values, from the median up, for a chart.</param>
internal sealed record LatencyReport(
    double P50, double P90, double P99, double P999, double Max, long Count, IReadOnlyList<CurvePoint> Curve)
{
    private static readonly double[] s_shares =
        [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999, 0.99995, 0.99998, 0.99999];

    public static LatencyReport Of(LatencyHistogram histogram)
    {
        double Ms(double share) => histogram.Percentile(share) / 1e6;
        var count = histogram.Count;

        // A percentile of fewer values than lie beyond it would only repeat the maximum.
        return new(
            Ms(0.5), Ms(0.9), Ms(0.99), Ms(0.999), histogram.MaxNanoseconds / 1e6, count,
            [.. s_shares.Where(share => count * (1 - share) >= 1).Select(share => new CurvePoint(share, Ms(share)))]);
    }
}

/// <summary>A share of all and the milliseconds it does not exceed.</summary>
internal sealed record CurvePoint(double Share, double Ms);
