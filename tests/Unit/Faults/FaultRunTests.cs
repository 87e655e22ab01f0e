using BrokerIm.Faults.Cells;
using BrokerIm.Faults.History;
using BrokerIm.Faults.Reporting;
using BrokerIm.Faults.Workload;

namespace BrokerIm.Tests.Unit.Faults;

/// <summary>What a run of cells is made of, without an installation.</summary>
public sealed class FaultRunTests
{
    [Fact]
    public void A_subset_is_the_same_for_the_same_seed_and_keeps_the_order()
    {
        var chosen = CellChoice.Of(names: null, subset: 8, seed: 7);
        Assert.Equal(chosen, CellChoice.Of(names: null, subset: 8, seed: 7));
        Assert.NotEqual(chosen, CellChoice.Of(names: null, subset: 8, seed: 8));
        Assert.Equal(chosen, Cell.All.Where(chosen.Contains));
        Assert.Equal(8, chosen.Count);
    }

    [Fact]
    public void Cells_have_names_of_their_own_and_are_found_by_them()
    {
        Assert.Equal(Cell.All.Count, Cell.All.Select(static cell => cell.Name).Distinct().Count());
        Assert.All(Cell.All, static cell => Assert.Equal(cell, Cell.Named(cell.Name)));
        Assert.Equal(["persist-kill", "redis-wipe"], CellChoice.Of("persist-kill, redis-wipe", null, 1).Select(static cell => cell.Name));
        Assert.Throws<ArgumentException>(() => CellChoice.Of("persist-dance", null, 1));
    }

    [Fact]
    public void A_message_tells_its_id_unless_a_bit_is_wrong()
    {
        var body = MessageBody.Make("pair:1-2", "user1-pc", 3, "cid", new(1));
        Assert.Equal(("cid", MessageBody.HashOf(body)), MessageBody.Read(body));

        var broken = body.Replace("user1", "user2", StringComparison.Ordinal);
        Assert.Equal(MessageBody.NoCid, MessageBody.Read(broken).Cid);
        Assert.NotEqual(MessageBody.HashOf(body), MessageBody.Read(broken).Hash);
        Assert.Equal(MessageBody.NoCid, MessageBody.Read(null).Cid);
    }

    [Fact]
    public void Stalls_and_throughput_are_read_from_the_history()
    {
        const long Second = 1_000_000;
        List<HistoryEvent> events =
        [
            new PhaseBegan(0, PhaseBegan.Run, Phase.Warm),
            new PhaseBegan(10 * Second, PhaseBegan.Run, Phase.Fault),
            new PhaseBegan(20 * Second, PhaseBegan.Run, Phase.Healed),
            new SendInvoked(31 * Second, "a", "pair:1-2", "lost", "hash"),
        ];
        foreach (var (sent, acked) in new[] { (1, 1), (2, 2), (9, 9), (11, 22), (22, 22), (23, 23) })
        {
            events.Add(new SendInvoked(sent * Second, "a", "pair:1-2", $"{sent}", "hash"));
            events.Add(new SendAcked(acked * Second, "a", "pair:1-2", $"{sent}", (uint)sent));
        }

        var timeline = new Timeline([.. events.OrderBy(static happened => happened.At)]);
        Assert.Equal((10, 20), timeline.FaultSeconds);
        Assert.Equal(TimeSpan.FromSeconds(11), timeline.LongestStall);
        Assert.Equal(TimeSpan.FromSeconds(13), timeline.LongestSilence);
        Assert.Equal(1, timeline.Unknown);
        Assert.Equal(0.3, timeline.Throughput.Before, precision: 6);
        Assert.Equal(1, timeline.Throughput.After, precision: 6);
    }

    [Fact]
    public async Task A_secret_in_a_log_is_found_and_not_repeated()
    {
        var folder = Directory.CreateTempSubdirectory("brokerim-logs-");
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "gateway.log"), "fine\nuser said hunter2 here\n", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "persist.log"), "2AB96390C7DBE3439DE74D0C9B0B1767\n", TestContext.Current.CancellationToken);

            var found = await LogScan.FindAsync([folder.FullName], ["hunter2"], TestContext.Current.CancellationToken);
            Assert.Equal(["gateway.log, line 2: secret 0", "persist.log, line 1: secret 1"], found.Order(StringComparer.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Metrics_are_summed_over_their_labels()
    {
        const string Text = "# TYPE im_skip_total counter\nim_skip_total{a=\"1\"} 2\nim_skip_total{a=\"2\"} 3\nim_skip_total_other 7\n";
        Assert.Equal(5, MetricsText.Sum(Text, "im_skip_total"));
        Assert.Equal(0, MetricsText.Sum(Text, "im_none"));
    }

    [Fact]
    public void The_report_says_how_to_run_a_cell_again()
    {
        var report = FaultReport.ToMarkdown([new(Cell.Named("persist-kill"), 5, "folder") { Troubles = ["Somebody was late."] }]);
        Assert.Contains("./faults.sh --cells persist-kill --seed 5", report, StringComparison.Ordinal);
        Assert.Contains("0 cells hold, 1 fail, 0 were skipped.", report, StringComparison.Ordinal);
        Assert.Contains("Somebody was late.", report, StringComparison.Ordinal);
    }
}
