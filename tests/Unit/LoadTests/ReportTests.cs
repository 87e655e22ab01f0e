using System.Xml.Linq;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Reporting;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.Tests.Unit.LoadTests;

public sealed class ReportTests
{
    [Fact]
    public async Task Report_survives_its_file()
    {
        var file = new FileInfo(Path.Combine(Path.GetTempPath(), $"brokerim-report-{Guid.NewGuid():n}.json"));
        try
        {
            var report = Report(1_000, 5);
            await ReportFile.WriteAsync(report, file, TestContext.Current.CancellationToken);
            var read = await ReportFile.ReadAsync(file, TestContext.Current.CancellationToken);
            Assert.Equal(ReportFile.ToLine(report), ReportFile.ToLine(read));
        }
        finally
        {
            file.Delete();
        }
    }

    [Fact]
    public void Ratios_are_second_by_first()
    {
        var comparison = new Comparison(Report(1_000, 8), Report(2_500, 2));

        Assert.Equal(2.5, Assert.Single(comparison.Lines, static line => line.What == "send to ack, per second").Ratio);
        Assert.Equal(0.25, Assert.Single(comparison.Lines, static line => line.What == "send to ack, p99 ms").Ratio);
        Assert.Equal(["pairs: 1000 and 2500"], comparison.DifferentSettings);
    }

    [Fact]
    public void Violation_is_red_and_named()
    {
        var output = new StringWriter();
        TextReport.Print(Report(10, 1) with { Verdict = new() { Checked = 5, Lost = 3, Duplicates = 2 } }, output, withColour: true);
        Assert.Contains("\e[1;31mVIOLATED: 3 lost, 2 doubled\e[0m", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_in_which_nothing_happened_is_no_success() => Assert.True(new Verdict().IsViolated);

    [Fact]
    public void Page_needs_nothing_beside_it_and_holds_its_charts()
    {
        var page = HtmlReport.Render(Report(1_000, 5) with { Scenario = "<chat>" });

        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("&lt;chat&gt;", page, StringComparison.Ordinal);
        var charts = page.Split("<svg ")[1..].Select(static part => XElement.Parse("<svg " + part[..(part.IndexOf("</svg>", StringComparison.Ordinal) + 6)])).ToList();
        Assert.Equal(2, charts.Count);
        Assert.All(charts, static chart => Assert.NotEmpty(chart.Descendants("polyline")));
    }

    private static RunReport Report(double perSecond, double p99) => new(
        "chat",
        "brokerim",
        DateTimeOffset.UnixEpoch,
        new Machine("any", 2, 1 << 30, "any", "any"),
        new Dictionary<string, string> { ["pairs"] = $"{perSecond}" },
        10,
        [new("send to ack", 100, perSecond, new(1, 2, p99, 10, 20, 100, [new(0.5, 1), new(0.9, 2), new(0.99, p99)]))],
        [new(1, false, [perSecond / 2], 0.5), new(2, true, [perSecond], 0.6), new(3, true, [perSecond], 0.6)],
        [new(1, "generator", 0.5, 3, 1, 2), new(2, "brokerim embedded", 0.9, 7, 1, 2)],
        new(10, [1, 0, 0], 1, 1e6, 2e6),
        0.01,
        new Verdict { Checked = 100 },
        Ceiling: null);
}
