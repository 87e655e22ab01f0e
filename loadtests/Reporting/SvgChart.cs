using System.Globalization;
using System.Net;
using System.Text;

namespace BrokerIm.LoadTests.Reporting;

/// <summary>Line charts as inline SVG.</summary>
internal static class SvgChart
{
    private const int Width = 800;
    private const int Height = 260;
    private const int Left = 70;
    private const int Bottom = 30;
    private const int Top = 15;
    private static readonly string[] s_colours = ["#1f6feb", "#d1592b", "#2a9d4f", "#8250df"];

    /// <summary>What was done each second; the warm-up is the part before the grey line.</summary>
    public static string Rates(RunReport report)
    {
        var lines = report.Steps.Select((step, index) => new Line(
            step.Name, [.. report.Timeline.Select(point => (point.Seconds, point.PerSecond[index]))])).ToArray();
        var measuredFrom = report.Timeline.LastOrDefault(static point => !point.IsMeasured)?.Seconds;
        return Draw(lines, measuredFrom, static seconds => seconds.ToString("0 s", CultureInfo.InvariantCulture), ticks: null);
    }

    /// <summary>Milliseconds over the share that does not exceed them; each nine takes the same room.</summary>
    public static string Latencies(RunReport report)
    {
        var lines = report.Steps.Select(static step => new Line(
            step.Name, [.. step.Latency.Curve.Select(static point => (Nines(point.Share), point.Ms))])).ToArray();
        return Draw(
            lines, mark: null,
            static nines => ((1 - Math.Pow(10, -nines)) * 100).ToString("0.###", CultureInfo.InvariantCulture) + " %",
            ticks: [Nines(0.5), 1, 2, 3, 4, 5]);
    }

    private static double Nines(double share) => -Math.Log10(1 - share);

    private static string Draw(Line[] lines, double? mark, Func<double, string> label, double[]? ticks)
    {
        (double X, double Y)[] all = [.. lines.SelectMany(static line => line.Points)];
        if (all.Length == 0)
            return "<p>Nothing was measured.</p>";

        var (from, to, high) = (all.Min(static point => point.X), all.Max(static point => point.X), all.Max(static point => point.Y));
        double X(double value) => Left + ((value - from) / Math.Max(to - from, 1e-9) * (Width - Left - 10));
        double Y(double value) => Height - Bottom - (value / Math.Max(high, 1e-9) * (Height - Bottom - Top));

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height + (18 * lines.Length)}\" font-size=\"12\" fill=\"#444\">");
        for (var step = 0; step <= 4; step++)
        {
            var value = high * step / 4;
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - 10}\" y1=\"{Y(value):0.0}\" y2=\"{Y(value):0.0}\" stroke=\"#ddd\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:0.0}\" text-anchor=\"end\">{Number(value)}</text>");
        }

        foreach (var tick in (ticks ?? [.. Enumerable.Range(0, 6).Select(part => from + ((to - from) * part / 5))]).Where(tick => tick >= from && tick <= to))
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(tick):0.0}\" y=\"{Height - 10}\" text-anchor=\"middle\">{label(tick)}</text>");
        if (mark is { } place)
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(place):0.0}\" x2=\"{X(place):0.0}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" stroke=\"#999\" stroke-dasharray=\"4\"/>");

        for (var index = 0; index < lines.Length; index++)
        {
            var colour = s_colours[index % s_colours.Length];
            var points = string.Join(' ', lines[index].Points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):0.0},{Y(point.Y):0.0}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{points}\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Height + 12 + (18 * index)}\" fill=\"{colour}\">{WebUtility.HtmlEncode(lines[index].Name)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static string Number(double value) => value.ToString(value >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);

    private sealed record Line(string Name, (double X, double Y)[] Points);
}
