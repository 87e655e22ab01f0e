using System.Net;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Chat;
using BrokerIm.LoadTests.Connect;
using BrokerIm.LoadTests.Group;
using BrokerIm.LoadTests.Idle;
using BrokerIm.LoadTests.Mixed;
using BrokerIm.LoadTests.Offline;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;
using BrokerIm.Tests.Flow.Support;

namespace BrokerIm.Tests.Unit.LoadTests;

/// <summary>Every scenario, small, on the embedded server: it can be made, something is done, and the verdict is good.</summary>
public sealed class ScenarioTests
{
    private static readonly TalkOptions s_talk = TalkOptions.Of(rate: null, TimeSpan.Zero, window: 4, messageBytes: 64);

    [Fact]
    public Task Chat_passes() => PassesAsync(
        4, static (server, users) => new ChatScenario(new(server, Pairs: 2, ClientType.Windows, s_talk), users), enough: 100);

    [Fact]
    public Task Groups_pass() => PassesAsync(
        12, static (server, users) => new GroupScenario(new(server, Groups: 2, Members: 6, Senders: 2, ClientType.Android, s_talk), users),
        enough: 200);

    [Fact]
    public Task Idle_passes() => PassesAsync(
        10, static (server, users) => new IdleScenario(new(server, TimeSpan.FromSeconds(1), ClientType.Android), users), enough: 20);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Storm_of_logins_passes(bool withTokens) => PassesAsync(
        8, (server, users) => new ConnectScenario(
            new(server, new LoadSimulation.KeepConstant(4), withTokens, ClientType.Android), users), enough: 20);

    [Fact]
    public Task Storm_at_a_rate_passes() => PassesAsync(
        8, static (server, users) => new ConnectScenario(
            new(server, new LoadSimulation.Inject(50), WithTokens: true, ClientType.Android), users), enough: 20);

    [Fact]
    public Task Backlogs_are_drained() => PassesAsync(
        6, static (server, users) => new OfflineScenario(
            new(server, Receivers: 3, Messages: 45, PageSize: 20, AtOnce: 2, MessageBytes: 64, ClientType.Android), users), enough: 3 * 45);

    [Fact]
    public Task Day_at_work_passes() => PassesAsync(
        8, static (server, users) => new MixedScenario(
            new(server, Users: 8, GroupSize: 4, Rate: 40, ReconnectRate: 2), users), enough: 60);

    private static async Task PassesAsync(int count, Func<EndPoint, IReadOnlyList<LoadUser>, IScenario> make, long enough)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var server = await EmbeddedServer.StartAsync(("Gateway:MessagesPerSecond", "0"));
        LoadUser[] users = [.. Enumerable.Range(0, count).Select(static number => new LoadUser($"user{number}", TestCluster.Password))];
        await server.AddUsersAsync([.. users.Select(static user => user.Name)]);

        await using var scenario = make(new IPEndPoint(IPAddress.Loopback, server.Port), users);
        await scenario.PrepareAsync(TextWriter.Null, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var driving = scenario.DriveAsync(stop.Token);
        await Support.Eventually.HoldsAsync(() => scenario.Steps[0].Count >= enough || driving.IsCompleted);
        await stop.CancelAsync();
        await driving;
        await scenario.SettleAsync(cancellationToken);

        var verdict = scenario.Judge();
        Assert.False(verdict.IsViolated, verdict.ToString());
        Assert.True(scenario.Steps[0].Count >= enough);
    }
}
