using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Chat;
using BrokerIm.LoadTests.Rivals.Null;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.Tests.Unit.LoadTests;

/// <summary>The null case is measured like the server, so it must pass what the server must pass.</summary>
public sealed class NullServerTests
{
    private const int Messages = 200;

    [Fact]
    public async Task Users_talk_and_go_on_when_they_come_back()
    {
        LoadUser[] users = [.. Enumerable.Range(0, 6).Select(static number => new LoadUser($"user {number}", "password"))];
        await using var server = await NullServer.StartAsync(users, port: 0, TestContext.Current.CancellationToken);

        // Ids of the second time follow those of the first, and it checks that they do.
        await TalkAsync(server, users);
        await TalkAsync(server, users);
    }

    [Fact]
    public async Task Nobody_else_is_let_in()
    {
        await using var server = await NullServer.StartAsync(
            [new("somebody", "right")], port: 0, TestContext.Current.CancellationToken);

        foreach (var stranger in new LoadUser[] { new("somebody", "wrong"), new("nobody", "right") })
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => TeamTalkConnection.LogInAsync(
                server.Address, stranger, ClientType.Windows, new(), TestContext.Current.CancellationToken));
        }
    }

    private static async Task TalkAsync(NullServer server, LoadUser[] users)
    {
        var talk = TalkOptions.Of(rate: null, TimeSpan.Zero, window: 4, messageBytes: 64);
        var chat = new ChatOptions(server.Address, users.Length / 2, ClientType.Windows, talk);
        await using var scenario = new ChatScenario(chat, users);
        await ScenarioRun.UntilAsync(scenario, Messages, waitsForRest: true);

        var verdict = scenario.Judge();
        Assert.False(verdict.IsViolated, verdict.ToString());
        Assert.True(verdict.Checked >= Messages);
    }
}
