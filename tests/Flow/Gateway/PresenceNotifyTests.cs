using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>
/// The table of protocol chapter 02 section 8, row by row, with watchers on the user's gateway and on another. That nothing was
/// said is shown by what comes next: a third user's login at the same gateway, whose news cannot overtake.
/// </summary>
public sealed class PresenceNotifyTests
{
    [Theory]
    [InlineData(ClientType.Windows)]
    [InlineData(ClientType.Mac)]
    public async Task PC_login_tells_every_PC_and_the_users_phones(ClientType client)
    {
        await using var stage = await Stage.OpenAsync();
        using var phone = await stage.There.LoginAsync("user", ClientType.Android);

        using var pc = await stage.Here.LoginAsync("user", client);

        await stage.ExpectStatusAsync(UserStatType.Online);
        await Stage.ExpectStatusAsync(pc, stage.User, UserStatType.Online);
        await stage.ExpectPcLoginAsync(phone, UserStatType.Online);
        await stage.ExpectNothingElseAsync();
        await phone.ExpectNothingYetAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mobile_login_while_a_PC_is_online_tells_the_phone_alone(bool pcElsewhere)
    {
        await using var stage = await Stage.OpenAsync();
        using var pc = await (pcElsewhere ? stage.There : stage.Here).LoginAsync("user", ClientType.Windows);
        await stage.ExpectStatusAsync(UserStatType.Online);

        using var phone = await stage.Here.LoginAsync("user", ClientType.Ios);

        await stage.ExpectPcLoginAsync(phone, UserStatType.Online);
        await stage.ExpectNothingElseAsync();
    }

    [Fact]
    public async Task Mobile_login_without_a_PC_tells_nobody()
    {
        await using var stage = await Stage.OpenAsync();

        using var phone = await stage.Here.LoginAsync("user", ClientType.Ios);

        await stage.ExpectNothingElseAsync();
        await phone.ExpectNothingYetAsync();
    }

    [Fact]
    public async Task Users_of_a_gateway_that_died_are_told_to_be_offline()
    {
        var (time, stopped) = (new ManualTimeProvider(), new ManualTimeProvider());
        await using var here = await GatewayHost.StartAsync(time: time);
        await using var there = await GatewayHost.StartAsync(here.Cluster, stopped);
        await here.AddUserAsync("watcher");
        await here.AddUserAsync("ticker");
        var user = (await here.AddUserAsync("user")).Id;
        using var pc = await here.LoginAsync("watcher", ClientType.Windows);
        using var phone = await here.LoginAsync("user", ClientType.Android);
        using var ticker = await here.LoginAsync("ticker", ClientType.Android);
        await pc.NextAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
        using var lost = await there.LoginAsync("user", ClientType.Mac);
        Assert.Equal((user.Value, UserStatType.Online), StatusOf(await pc.NextAsync(Command.UserStatNotify, IMUserStatNotify.Parser)));
        await phone.NextAsync(Command.PCLoginStatusNotify, IMPCLoginStatusNotify.Parser);

        // Its clock stands still, so it does not take its lease back.
        await here.Cluster.Presence.RetireAsync(there.Identity.Address, TestContext.Current.CancellationToken);
        var told = pc.NextAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
        var toldPhone = phone.NextAsync(Command.PCLoginStatusNotify, IMPCLoginStatusNotify.Parser);

        // Time passes no faster than the gateway works: each second takes a round trip, and the clients stay alive.
        while (!told.IsCompleted || !toldPhone.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await pc.SendAsync(Command.Heartbeat, 1);
            await phone.SendAsync(Command.Heartbeat, 1);
            await ticker.PendingAsync();
        }

        Assert.Equal((user.Value, UserStatType.Offline), StatusOf(await told));
        Assert.Equal(UserStatType.Offline, (await toldPhone).LoginStat);

        static (uint User, UserStatType Status) StatusOf(IMUserStatNotify notify) => (notify.UserStat.UserId, notify.UserStat.Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Last_PC_gone_with_a_phone_left_tells_every_PC_and_the_phone(bool phoneElsewhere)
    {
        await using var stage = await Stage.OpenAsync();
        var pc = await stage.Here.LoginAsync("user", ClientType.Windows);
        await stage.ExpectStatusAsync(UserStatType.Online);
        using var phone = await (phoneElsewhere ? stage.There : stage.Here).LoginAsync("user", ClientType.Android);
        await stage.ExpectPcLoginAsync(phone, UserStatType.Online);

        pc.Dispose();

        await stage.ExpectStatusAsync(UserStatType.Offline);
        await stage.ExpectPcLoginAsync(phone, UserStatType.Offline);
        await stage.ExpectNothingElseAsync();
        await phone.ExpectNothingYetAsync();
    }

    [Fact]
    public async Task Last_PC_gone_with_nothing_left_tells_every_PC()
    {
        await using var stage = await Stage.OpenAsync();
        var pc = await stage.Here.LoginAsync("user", ClientType.Windows);
        await stage.ExpectStatusAsync(UserStatType.Online);

        pc.Dispose();

        await stage.ExpectStatusAsync(UserStatType.Offline);
        await stage.ExpectNothingElseAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_of_two_PCs_gone_tells_nobody(bool elsewhere)
    {
        await using var stage = await Stage.OpenAsync();
        using var phone = await stage.Here.LoginAsync("user", ClientType.Android);
        using var old = await stage.Here.LoginAsync("user", ClientType.Windows);
        await stage.ExpectStatusAsync(UserStatType.Online);
        await stage.ExpectPcLoginAsync(phone, UserStatType.Online);

        using var fresh = await (elsewhere ? stage.There : stage.Here).LoginAsync("user", ClientType.Mac);
        await stage.ExpectStatusAsync(UserStatType.Online);
        await stage.ExpectPcLoginAsync(phone, UserStatType.Online);
        await LeaveOnKickAsync(old);

        await stage.ExpectNothingElseAsync();
        await phone.ExpectNothingYetAsync();
    }

    [Fact]
    public async Task Mobile_logout_tells_nobody()
    {
        await using var stage = await Stage.OpenAsync();
        using var phone = await stage.Here.LoginAsync("user", ClientType.Android);

        await phone.SendAsync(Command.LogoutReq, 1);
        await phone.ReceiveAsync(Command.LogoutRsp, IMLogoutRsp.Parser, sequence: 1);
        await phone.ExpectClosedAsync();

        await stage.ExpectNothingElseAsync();
    }

    [Fact]
    public async Task Offline_news_that_crossed_a_login_is_corrected()
    {
        await using var stage = await Stage.OpenAsync();
        using var pc = await stage.There.LoginAsync("user", ClientType.Windows);
        await stage.ExpectStatusAsync(UserStatType.Online);

        // What a gateway says that lost the user's last PC just before this one came in.
        await stage.Here.Cluster.Bus.BroadcastAsync(
            new()
            {
                Signals =
                {
                    new Contracts.Records.Signal
                    {
                        Kind = Contracts.Records.SignalKind.UserStatus,
                        FromGateway = "third",
                        FromIncarnation = 3,
                        User = stage.User,
                        Status = (uint)UserStatType.Offline,
                    },
                },
            },
            TestContext.Current.CancellationToken);

        await stage.ExpectLastStatusAsync(stage.There, UserStatType.Online);
    }

    // Once the server has closed, it has said everything it had to say about this session.
    private static async Task LeaveOnKickAsync(WireClient client)
    {
        while ((await client.ReceiveAsync()).Header.Command != Command.KickUser)
        {
        }

        client.ShutdownSend();
        await client.ReadToEndAsync();
    }

    /// <summary>Two gateways, a PC that watches at each, and a phone that must never hear about others.</summary>
    private sealed class Stage : IAsyncDisposable
    {
        private readonly List<WireClient> _watchers = [];
        private readonly List<WireClient> _others = [];

        private Stage(GatewayHost here, GatewayHost there)
        {
            Here = here;
            There = there;
        }

        public GatewayHost Here { get; }

        public GatewayHost There { get; }

        public uint User { get; private set; }

        public static async Task<Stage> OpenAsync()
        {
            var here = await GatewayHost.StartAsync();
            var stage = new Stage(here, await GatewayHost.StartAsync(here.Cluster));
            stage.User = (await here.AddUserAsync("user")).Id.Value;

            await here.AddUserAsync("watcher here");
            await here.AddUserAsync("watcher there");
            stage._watchers.Add(await here.LoginAsync("watcher here", ClientType.Windows));
            stage._watchers.Add(await stage.There.LoginAsync("watcher there", ClientType.Mac));

            // What the watchers hear of themselves and of each other is behind them when they have heard of a later login at each gateway.
            foreach (var host in new[] { here, stage.There })
            {
                var fence = await stage.FenceAsync(host);
                foreach (var watcher in stage._watchers)
                    await ReadUntilAsync(watcher, fence);
            }

            return stage;
        }

        private static async Task ReadUntilAsync(WireClient client, uint user)
        {
            IMUserStatNotify notify;
            do
                notify = await client.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
            while (notify.UserStat.UserId != user);
        }

        public static async Task ExpectStatusAsync(WireClient client, uint user, UserStatType status)
        {
            var notify = await client.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
            Assert.Equal((user, status), (notify.UserStat.UserId, notify.UserStat.Status));
        }

        public async Task ExpectStatusAsync(UserStatType status)
        {
            foreach (var watcher in _watchers)
                await ExpectStatusAsync(watcher, User, status);
        }

        public async Task ExpectLastStatusAsync(GatewayHost host, UserStatType status)
        {
            var fence = await FenceAsync(host);
            foreach (var watcher in _watchers)
            {
                var last = (User: 0u, Status: UserStatType.Leave);
                while (true)
                {
                    var notify = await watcher.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
                    if (notify.UserStat.UserId == fence)
                        break;
                    last = (notify.UserStat.UserId, notify.UserStat.Status);
                }

                Assert.Equal((User, status), last);
            }
        }

        public async Task ExpectPcLoginAsync(WireClient phone, UserStatType status)
        {
            var notify = await phone.ReceiveAsync(Command.PCLoginStatusNotify, IMPCLoginStatusNotify.Parser);
            Assert.Equal((User, status), (notify.UserId, notify.LoginStat));
        }

        public async Task ExpectNothingElseAsync()
        {
            var fence = await FenceAsync(Here);
            foreach (var watcher in _watchers)
                await ExpectStatusAsync(watcher, fence, UserStatType.Online);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _watchers.Concat(_others))
                client.Dispose();
            await Here.DisposeAsync();
            await There.DisposeAsync();
        }

        // A login whose news comes behind everything that this gateway has said before.
        private async Task<uint> FenceAsync(GatewayHost host)
        {
            var name = $"fence {_others.Count}";
            var user = (await host.AddUserAsync(name)).Id.Value;
            _others.Add(await host.LoginAsync(name, ClientType.Windows));
            return user;
        }
    }
}
