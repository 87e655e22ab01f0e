using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Protocol chapter 02 section 4, on one gateway and on two.</summary>
public sealed class KickTests
{
    [Theory]
    [InlineData(ClientType.Windows, ClientType.Windows)]
    [InlineData(ClientType.Windows, ClientType.Mac)]
    [InlineData(ClientType.Mac, ClientType.Windows)]
    [InlineData(ClientType.Ios, ClientType.Android)]
    [InlineData(ClientType.Android, ClientType.Ios)]
    public async Task Later_login_of_the_same_class_stays_and_the_earlier_one_is_kicked(ClientType first, ClientType second)
    {
        await using var here = await GatewayHost.StartAsync();
        await using var there = await GatewayHost.StartAsync(here.Cluster);
        var user = await here.AddUserAsync("u");

        foreach (var host in new[] { here, there })
        {
            using var old = await here.LoginAsync("u", first);
            using var fresh = await host.LoginAsync("u", second);

            var kick = await NextKickAsync(old);
            Assert.Equal(user.Id.Value, kick.UserId);
            Assert.Equal(KickReasonType.DuplicateUser, kick.KickReason);
            Assert.True(await IsServedAsync(fresh));
        }
    }

    [Theory]
    [InlineData(ClientType.Windows, ClientType.Android)]
    [InlineData(ClientType.Ios, ClientType.Mac)]
    public async Task One_session_of_each_class_live_side_by_side(ClientType first, ClientType second)
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");

        using var one = await host.LoginAsync("u", first);
        using var two = await host.LoginAsync("u", second);

        Assert.True(await IsServedAsync(one));
        Assert.True(await IsServedAsync(two));
        Assert.Equal(0, host.Meter.Sum("im_session_kicks_total"));
    }

    [Fact]
    public async Task Kicked_client_is_not_served_any_more_and_closed_after_its_grace()
    {
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(time: time);
        var user = await host.AddUserAsync("u");
        using var old = await host.LoginAsync("u", ClientType.Android);
        using var fresh = await host.LoginAsync("u", ClientType.Ios);
        await NextKickAsync(old);

        // Neither answered nor a reason to close.
        await old.SendAsync(Command.ClientTimeReq, 5);
        await old.SendAsync(Command.Heartbeat, 6);
        Assert.True(await IsServedAsync(fresh));
        await Eventually.HoldsAsync(() => host.Table.ClaimsOf(user.Id).Count == 1);
        Assert.Equal(2, host.Table.Count);

        time.Advance(TimeSpan.FromSeconds(5));
        await old.ExpectClosedAsync();
        Assert.True(await IsServedAsync(fresh));
    }

    [Fact]
    public async Task Kicked_client_that_closes_by_itself_is_gone_at_once()
    {
        await using var host = await GatewayHost.StartAsync(settings: [("KickGrace", "00:01:00")]);
        await host.AddUserAsync("u");
        var old = await host.LoginAsync("u", ClientType.Android);
        using var fresh = await host.LoginAsync("u", ClientType.Ios);
        await NextKickAsync(old);

        old.ShutdownSend();
        await old.ExpectClosedAsync();
        old.Dispose();
    }

    [Fact]
    public async Task Of_two_logins_that_cross_on_two_gateways_one_stays()
    {
        await using var here = await GatewayHost.StartAsync();
        await using var there = await GatewayHost.StartAsync(here.Cluster);

        for (var round = 0; round < 10; round++)
        {
            var user = await here.AddUserAsync($"user {round}");
            using var one = await here.ConnectAsync();
            using var two = await there.ConnectAsync();
            var signals = here.Cluster.Bus.Hold();
            await Task.WhenAll(one.LoginAsync(user.Name, ClientType.Windows), two.LoginAsync(user.Name, ClientType.Mac));
            signals.SetResult();

            Task<IMKickUser?>[] fates = [FateAsync(one), FateAsync(two)];
            var loser = await Task.WhenAny(fates);
            Assert.Equal(KickReasonType.DuplicateUser, (await loser)?.KickReason);

            var winner = loser == fates[0] ? two : one;
            await winner.SendAsync(Command.ClientTimeReq, 1);
            Assert.Null(await fates[loser == fates[0] ? 1 : 0]);
        }
    }

    [Fact]
    public async Task Later_login_stays_even_if_the_clock_of_its_gateway_is_behind()
    {
        await using var ahead = await GatewayHost.StartAsync(
            time: new ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_700_003_600)));
        await using var behind = await GatewayHost.StartAsync(ahead.Cluster, new ManualTimeProvider());
        await ahead.AddUserAsync("u");
        using var old = await ahead.LoginAsync("u", ClientType.Windows);
        using var fresh = await behind.LoginAsync("u", ClientType.Windows);

        await NextKickAsync(old);
        Assert.True(await IsServedAsync(fresh));
    }

    [Fact]
    public async Task Kick_is_sent_when_the_bus_is_back()
    {
        await using var here = await GatewayHost.StartAsync();
        await using var there = await GatewayHost.StartAsync(here.Cluster);
        await here.AddUserAsync("u");
        using var old = await here.LoginAsync("u", ClientType.Windows);

        here.Cluster.Bus.IsDown = true;
        using var fresh = await there.LoginAsync("u", ClientType.Windows);
        here.Cluster.Bus.IsDown = false;

        await NextKickAsync(old);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Phone_sends_its_users_PC_away(bool onAnotherGateway)
    {
        await using var here = await GatewayHost.StartAsync();
        await using var there = await GatewayHost.StartAsync(here.Cluster);
        var user = await here.AddUserAsync("u");
        await here.AddUserAsync("other");
        using var pc = await (onAnotherGateway ? there : here).LoginAsync("u", ClientType.Windows);
        using var bystander = await here.LoginAsync("other", ClientType.Windows);
        using var phone = await here.LoginAsync("u", ClientType.Android);
        Assert.Equal(Command.PCLoginStatusNotify, (await phone.ReceiveAsync()).Header.Command);

        // The id in the request belongs to somebody else and is not looked at.
        await phone.SendAsync(Command.KickPCClientReq, 21, new IMKickPCClientReq { UserId = user.Id.Value + 1 });

        var frames = new List<WireFrame> { await phone.ReceiveAsync(), await phone.ReceiveAsync() };
        var answer = IMKickPCClientRsp.Parser.ParseFrom(
            frames.Single(frame => frame.Header is { Command: Command.KickPCClientRsp, Sequence: 21 }).Body);
        Assert.Equal((user.Id.Value, 0u), (answer.UserId, answer.ResultCode));
        Assert.Contains(frames, frame => frame.Header.Command == Command.PCLoginStatusNotify);
        Assert.Equal(KickReasonType.MobileKick, (await NextKickAsync(pc)).KickReason);
        Assert.Equal(1, (onAnotherGateway ? there : here).Meter.Sum("im_session_kicks_total", "mobile"));
        Assert.True(await IsServedAsync(bystander));
    }

    [Fact]
    public async Task PC_that_asks_to_kick_PCs_is_ignored()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");
        using var pc = await host.LoginAsync("u", ClientType.Windows);
        await pc.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);

        await pc.SendAsync(Command.KickPCClientReq, 1, new IMKickPCClientReq { UserId = 0 });

        await pc.ExpectNothingYetAsync();
    }

    private static async Task<IMKickUser> NextKickAsync(WireClient client)
    {
        var kick = await FateAsync(client);
        Assert.NotNull(kick);
        return kick;
    }

    private static async Task<bool> IsServedAsync(WireClient client)
    {
        await client.SendAsync(Command.ClientTimeReq, 1);
        return await FateAsync(client) is null;
    }

    // The kick, or null when a time request was answered first. Who comes and goes is passed over.
    private static async Task<IMKickUser?> FateAsync(WireClient client)
    {
        while (true)
        {
            var frame = await client.ReceiveAsync();
            switch (frame.Header.Command)
            {
                case Command.KickUser:
                    return IMKickUser.Parser.ParseFrom(frame.Body);
                case Command.ClientTimeRsp:
                    return null;
                default:
                    Assert.Contains(frame.Header.Command, new[] { Command.UserStatNotify, Command.PCLoginStatusNotify });
                    break;
            }
        }
    }
}
