using BrokerIm.Client;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow;

/// <summary>Several processes of each role at once: they share the work, come, go and die, and users notice nothing.</summary>
[Collection(Installation.OneAtATime)]
public sealed class ScaledGuarantees : IClassFixture<ScaledInstallation>
{
    private const int ChattingUsers = 12;
    private const int Outstanding = 4;
    private const int Enough = 500;

    private readonly ScaledInstallation _installation;

    public ScaledGuarantees(ScaledInstallation installation)
    {
        installation.Require();
        _installation = installation;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Users_of_different_gateways_talk_to_each_other()
    {
        var users = await _installation.AddUsersAsync(2, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token, front: _installation.Fronts[0]);
        await using var bob = await _installation.ConnectAsync(users[1], Token, front: _installation.Fronts[1]);

        Assert.Equal(1u, (await alice.SendTextAsync(bob.Self.UserId, "hello", Token).Soon()).MessageId);
        Assert.Equal("hello", (await bob.NextAsync<MessageReceived>()).Message.Text);
        Assert.Equal(2u, (await bob.SendTextAsync(alice.Self.UserId, "hi", Token).Soon()).MessageId);
        Assert.Equal("hi", (await alice.NextAsync<MessageReceived>()).Message.Text);
    }

    [Fact]
    public async Task Workers_that_come_and_go_under_load_lose_and_double_nothing()
    {
        var users = await _installation.AddUsersAsync(ChattingUsers, Token);
        await using var load = await ChatterLoad.StartAsync(_installation, users, Outstanding, Token);
        await load.WaitForAckedAsync(Enough, Token).Soon();
        foreach (var role in new[] { "persist", "deliver" })
        {
            await _installation.StartAsync($"{role}-3", Token);
            await load.WaitForAckedAsync(Enough, Token).Soon();
            Assert.Equal(0, await _installation.StopAsync($"{role}-1"));
            await load.WaitForAckedAsync(Enough, Token).Soon();
            await _installation.KillAsync($"{role}-2");
            await load.WaitForAckedAsync(Enough, Token).Soon();
            await _installation.StartAsync($"{role}-1", Token);
            await _installation.StartAsync($"{role}-2", Token);
            await load.WaitForAckedAsync(Enough, Token).Soon();
        }

        await load.StopAndVerifyAsync(Token).Soon();
    }

    [Fact]
    public async Task Users_of_a_killed_gateway_go_on_at_the_other_and_catch_up()
    {
        var users = await _installation.AddUsersAsync(ChattingUsers, Token);
        await using var load = await ChatterLoad.StartAsync(_installation, users, Outstanding, Token);
        await load.WaitForAckedAsync(Enough, Token).Soon();

        foreach (var front in _installation.Fronts)
        {
            await _installation.KillAsync(front);
            await load.WaitForAckedAsync(Enough, Token).Soon();
            await _installation.StartAsync(front, Token);
            await load.WaitForAckedAsync(Enough, Token).Soon();
        }

        await load.StopAndVerifyAsync(Token).Soon();
    }
}

/// <summary>Two gateways and two of each worker.</summary>
public sealed class ScaledInstallation : BrokeredInstallation
{
    public override IReadOnlyList<string> Members { get; } =
        ["persist-1", "persist-2", "deliver-1", "deliver-2", "gateway-1", "gateway-2"];
}
