using System.Globalization;

namespace BrokerIm.Faults.Cells;

/// <summary>Reads what <c>/metrics</c> answers.</summary>
internal static class MetricsText
{
    /// <summary>The sum of a metric over its labels; 0 when it is not there.</summary>
    public static long Sum(string metrics, string name) => metrics.Split('\n')
        .Where(line => line.StartsWith($"{name} ", StringComparison.Ordinal) || line.StartsWith($"{name}{{", StringComparison.Ordinal))
        .Sum(static line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
