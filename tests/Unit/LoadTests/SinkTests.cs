using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Chat;
using BrokerIm.LoadTests.Group;
using BrokerIm.LoadTests.Idle;
using BrokerIm.LoadTests.Reporting;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.SelfTest;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.Tests.Unit.LoadTests;

/// <summary>Whole runs against a server that does one thing wrong: the verdict must name it, and only an honest server passes.</summary>
public sealed class SinkTests
{
    private const int FaultyMessage = 40;
    private static readonly TalkOptions s_talk = TalkOptions.Of(rate: null, TimeSpan.Zero, window: 4, messageBytes: 64);

    [Fact]
    public async Task Honest_server_passes()
    {
        await using var sink = new SinkServer();
        var report = await ChatAsync(sink, s_talk);

        Assert.False(report.Verdict.IsViolated, report.Verdict.ToString());
        Assert.True(report.Verdict.Checked > FaultyMessage);
        Assert.All(report.Steps, static step => Assert.True(step.Count > 0));
        Assert.True(report.Generator.SentPerSecond > 0 && report.Generator.ReceivedPerSecond > 0);
    }

    [Theory]
    [InlineData(nameof(SinkFault.Lose), nameof(Verdict.Lost), 1, -1)]
    [InlineData(nameof(SinkFault.Double), nameof(Verdict.Duplicates), 1, 0)]
    [InlineData(nameof(SinkFault.Delay), nameof(Verdict.OutOfOrder), 2, 0)]
    [InlineData(nameof(SinkFault.SkipId), nameof(Verdict.IdGaps), 2, 0)]
    [InlineData(nameof(SinkFault.Misname), nameof(Verdict.IdDisagreements), 1, 0)]
    [InlineData(nameof(SinkFault.Refuse), nameof(Verdict.Refused), 1, 0)]
    public async Task Fault_is_named(string fault, string finding, long atMost, int deliveriesAboveAcks)
    {
        await using var sink = new SinkServer(number => number == FaultyMessage ? Enum.Parse<SinkFault>(fault) : SinkFault.None);
        await using var scenario = ChatOn(sink, s_talk);
        await ScenarioRun.UntilAsync(scenario, FaultyMessage * 4, waitsForRest: false);
        await Support.Eventually.HoldsAsync(() =>
            scenario.Judge().Unanswered == 0 && scenario.Steps[1].Count == scenario.Steps[0].Count + deliveriesAboveAcks);

        var verdict = scenario.Judge();
        Assert.True(verdict.IsViolated);
        Assert.InRange((long)typeof(Verdict).GetProperty(finding)!.GetValue(verdict)!, 1, atMost);
    }

    [Fact]
    public async Task Lost_connection_is_named()
    {
        await using var sink = new SinkServer(static number => number == FaultyMessage ? SinkFault.Disconnect : SinkFault.None);
        await using var scenario = ChatOn(sink, s_talk);
        await ScenarioRun.UntilAsync(scenario, FaultyMessage * 2, waitsForRest: false);
        await Support.Eventually.HoldsAsync(() => scenario.Judge().Disconnected == 1);
    }

    [Fact]
    public async Task Message_without_an_answer_is_named()
    {
        await using var sink = new SinkServer(static number => number == FaultyMessage ? SinkFault.Ignore : SinkFault.None);
        await using var scenario = ChatOn(sink, s_talk);
        await ScenarioRun.UntilAsync(scenario, FaultyMessage * 2, waitsForRest: false);

        // Those that are still on their way count too, until they are answered.
        await Support.Eventually.HoldsAsync(
            () => scenario.Judge().Unanswered == 1 && scenario.Steps[1].Count == scenario.Steps[0].Count + 1);
    }

    [Fact]
    public async Task Every_member_of_a_group_is_looked_at()
    {
        await using var sink = new SinkServer();
        await using var honest = GroupOn(sink);
        await ScenarioRun.UntilAsync(honest, FaultyMessage * 5, waitsForRest: true);
        var verdict = honest.Judge();
        Assert.False(verdict.IsViolated, verdict.ToString());
        Assert.True(verdict.Checked >= FaultyMessage * 5);

        await using var loser = new SinkServer(static number => number == FaultyMessage / 2 ? SinkFault.Lose : SinkFault.None);
        await using var robbed = GroupOn(loser);
        await ScenarioRun.UntilAsync(robbed, FaultyMessage * 10, waitsForRest: false);
        await Support.Eventually.HoldsAsync(() =>
            robbed.Judge().Unanswered == 0 && robbed.Steps[0].Count == (robbed.Steps[1].Count - 1) * 5);
        Assert.Equal(5, robbed.Judge().Lost);
    }

    [Fact]
    public async Task Open_loop_sends_at_its_rate_and_not_at_that_of_the_acks()
    {
        await using var sink = new SinkServer();
        var report = await ChatAsync(sink, TalkOptions.Of(rate: 500, TimeSpan.Zero, window: 4, messageBytes: 64));

        Assert.False(report.Verdict.IsViolated, report.Verdict.ToString());
        Assert.True(report.Steps[0].Latency.Count <= 500 * (report.Seconds + 1));
        Assert.Equal("open loop at 500/s", report.Settings["load"]);
    }

    [Fact]
    public async Task Idle_users_are_answered()
    {
        await using var sink = new SinkServer();
        await using var scenario = new IdleScenario(new(sink.Address, TimeSpan.FromSeconds(1), ClientType.Android), Users(20));
        await ScenarioRun.UntilAsync(scenario, 40, waitsForRest: true);

        Assert.False(scenario.Judge().IsViolated, scenario.Judge().ToString());
    }

    private static ChatScenario ChatOn(SinkServer sink, TalkOptions talk) =>
        new(new(sink.Address, Pairs: 2, ClientType.Windows, talk), Users(4));

    private static GroupScenario GroupOn(SinkServer sink) =>
        new(new(sink.Address, Groups: 1, Members: 6, Senders: 2, ClientType.Android, s_talk), Users(6));

    private static LoadUser[] Users(int count) => [.. Enumerable.Range(0, count).Select(static number => new LoadUser($"user {number}", ""))];

    private static async Task<RunReport> ChatAsync(SinkServer sink, TalkOptions talk)
    {
        await using var scenario = ChatOn(sink, talk);
        var options = new RunOptions(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1), []);
        return await new ScenarioRunner(options, TextWriter.Null).RunAsync(scenario, TestContext.Current.CancellationToken);
    }
}
