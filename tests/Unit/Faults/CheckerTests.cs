using BrokerIm.Faults.Checking;
using BrokerIm.Faults.History;

namespace BrokerIm.Tests.Unit.Faults;

/// <summary>Each rule of the checker lets good histories pass and catches the bug that it is there for.</summary>
public sealed class CheckerTests
{
    private const int Seeds = 50;

    public static TheoryData<Bug, string> Bugs => new()
    {
        { Bug.AckedBeforeStored, "C1" },
        { Bug.NoDuplicateIsFound, "C2" },
        { Bug.CounterSkips, "C3" },
        { Bug.PushesExchangeContents, "C4" },
        { Bug.FiveInFlightWithoutIdempotence, "C5" },
        { Bug.OrderedByTheClockOfTheGateway, "C6" },
        { Bug.RefusedOnTimeoutAndStored, "C7" },
        { Bug.ReadMarkIsAPlainWrite, "C8" },
        { Bug.ReadMarkPassesTheHead, "C8" },
        { Bug.UnreadFromTheCacheOnly, "C9" },
        { Bug.PushesInParallel, "C10" },
        { Bug.LastPushIsDropped, "C11" },
        { Bug.PresenceAfterTheHeadRead, "C11" },
        { Bug.RemovedMembersStillSee, "C12" },
    };

    [Fact]
    public void Good_histories_pass()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var verdict = Checker.Judge(RecordedStory.Of(seed, Bug.None), new());
            Assert.True(verdict.Holds, $"Seed {seed}: {string.Join('\n', verdict.Violations)}");
        }
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_bug_is_caught_by_its_rule_alone(Bug bug, string rule)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var broken = Checker.Judge(RecordedStory.Of(seed, bug), new()).Violations;
            Assert.True(
                broken.Select(static violation => violation.Rule.Name).Distinct().SequenceEqual([rule]),
                $"Seed {seed}: {string.Join('\n', broken)}");
        }
    }

    [Fact]
    public void A_violation_shows_its_events()
    {
        var violation = Checker.Judge(RecordedStory.Of(1, Bug.AckedBeforeStored), new()).Violations[0];
        Assert.Contains(violation.Events, static happened => happened is SendAcked);
        Assert.Contains(violation.Events, static happened => happened is PageRead);
    }

    [Fact]
    public void An_acknowledged_message_that_is_gone_in_the_end_is_a_loss()
    {
        var events = RecordedStory.Of(1, Bug.None);
        var lost = events.OfType<SendAcked>().Last();
        var broken = Checker.Judge([.. events.Select(happened => happened is PageRead page ? Without(page, lost.Cid) : happened)], new());
        Assert.Contains(broken.Violations, static violation => violation.Rule == Rule.Durable);
    }

    [Fact]
    public void Lateness_counts_from_the_end_of_the_fault_and_only_where_a_limit_is_given()
    {
        var events = RecordedStory.Of(1, Bug.None);
        Assert.True(Checker.Judge(events, new() { DeliveredWithin = TimeSpan.FromSeconds(35) }).Holds);

        var late = Checker.Judge(events, new() { DeliveredWithin = TimeSpan.FromMicroseconds(1) });
        Assert.All(late.Violations, static violation => Assert.Equal(Rule.Delivered, violation.Rule));
        Assert.NotEmpty(late.Violations);
    }

    [Fact]
    public async Task Histories_read_from_disk_are_what_was_written()
    {
        var folder = Directory.CreateTempSubdirectory("brokerim-history-");
        try
        {
            var events = RecordedStory.Of(1, Bug.None);
            foreach (var device in events.GroupBy(static happened => happened.Device))
            {
                await using var file = new HistoryFile(folder.FullName, device.Key);
                foreach (var happened in device)
                    file.Add(happened);
            }

            var read = await HistoryFile.ReadFolderAsync(folder.FullName, TestContext.Current.CancellationToken);
            Assert.Equal(
                events.Select(static happened => happened.ToString()).Order(StringComparer.Ordinal),
                read.Select(static happened => happened.ToString()).Order(StringComparer.Ordinal));
            Assert.True((await Checker.JudgeFolderAsync(folder.FullName, TestContext.Current.CancellationToken)).Holds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static PageRead Without(PageRead page, string cid) =>
        page with { Messages = [.. page.Messages.Where(message => message.Cid != cid)] };
}
