using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Flow.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>A user changes signature or picture; everybody at two gateways hears of it.</summary>
public sealed class ProfileChangeTests : IAsyncLifetime
{
    private readonly List<WireClient> _others = [];
    private GatewayHost? _here;
    private GatewayHost? _there;
    private WireClient? _client;
    private UserProfile? _user;

    private GatewayHost Here => _here!;

    private WireClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        (string, string)[] settings = [("ProfileChangesPerSecond", "0")];
        _here = await GatewayHost.StartAsync(settings: settings);
        _there = await GatewayHost.StartAsync(_here.Cluster);
        _user = await _here.AddUserAsync("user");
        await _here.AddUserAsync("near");
        await _here.AddUserAsync("far");

        _client = await _here.LoginAsync("user", ClientType.Windows);
        _others.Add(await _there.LoginAsync("user", ClientType.Ios));
        _others.Add(await _here.LoginAsync("near", ClientType.Android));
        _others.Add(await _there.LoginAsync("far", ClientType.Mac));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _others)
            client.Dispose();
        _client?.Dispose();
        await Here.DisposeAsync();
        await _there!.DisposeAsync();
    }

    [Fact]
    public async Task Signature_is_cut_stored_answered_and_then_told_to_everybody()
    {
        var kept = string.Concat(Enumerable.Repeat("名", 42));
        foreach (var (text, expected) in new[] { (kept + "片片", kept), ("", ""), ("same 🙂", "same 🙂"), ("same 🙂", "same 🙂") })
        {
            await Client.SendAsync(Command.ChangeSignInfoReq, 5, new IMChangeSignInfoReq { UserId = 77, SignInfo = text });

            var answer = await Client.ReceiveNextAsync(Command.ChangeSignInfoRsp, IMChangeSignInfoRsp.Parser, 5);
            Assert.Equal((_user!.Id.Value, 0u, expected), (answer.UserId, answer.ResultCode, answer.SignInfo));
            foreach (var client in _others.Append(Client))
            {
                var notify = await client.ReceiveNextAsync(Command.SignInfoChangedNotify, IMSignInfoChangedNotify.Parser);
                Assert.Equal((_user.Id.Value, expected), (notify.ChangedUserId, notify.SignInfo));
            }

            Assert.Equal(expected, (await StoredAsync()).Signature);
        }
    }

    [Fact]
    public async Task Picture_is_stored_answered_and_then_told_to_everybody()
    {
        foreach (var url in new[] { "http://a/b.png", new string('名', 255), "" })
        {
            Assert.Equal(0u, await ChangeAvatarAsync(url));

            foreach (var client in _others.Append(Client))
            {
                var notify = await client.ReceiveNextAsync(Command.AvatarChangedNotify, IMAvatarChangedNotify.Parser);
                Assert.Equal((_user!.Id.Value, url), (notify.ChangedUserId, notify.AvatarUrl));
            }

            Assert.Equal(url, (await StoredAsync()).Avatar);
        }
    }

    [Fact]
    public async Task Picture_that_is_too_long_is_refused_and_nobody_told()
    {
        Assert.Equal(1u, await ChangeAvatarAsync(new('x', 256)));
        Assert.Equal("", (await StoredAsync()).Avatar);

        // Whatever had been told would come before this.
        Assert.Equal(0u, await ChangeAvatarAsync("next"));
        foreach (var client in _others.Append(Client))
            Assert.Equal("next", (await client.ReceiveNextAsync(Command.AvatarChangedNotify, IMAvatarChangedNotify.Parser)).AvatarUrl);
    }

    [Fact]
    public async Task While_the_directory_is_down_a_change_goes_without_answer()
    {
        Here.Cluster.Directory.IsDown = true;
        await Client.SendAsync(Command.ChangeSignInfoReq, 5, new IMChangeSignInfoReq { UserId = 1, SignInfo = "lost" });
        await Client.SendAsync(Command.ClientTimeReq, 6, new IMClientTimeReq());
        await Client.ReceiveNextAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser, 6);

        Here.Cluster.Directory.IsDown = false;
        Assert.Equal("", (await StoredAsync()).Signature);
    }

    private async Task<uint> ChangeAvatarAsync(string url)
    {
        await Client.SendAsync(Command.ChangeAvatarReq, 6, new IMChangeAvatarReq { UserId = 77, AvatarUrl = url });
        var answer = await Client.ReceiveNextAsync(Command.ChangeAvatarRsp, IMChangeAvatarRsp.Parser, 6);
        Assert.Equal(_user!.Id.Value, answer.UserId);
        return answer.ResultCode;
    }

    private async Task<UserProfile> StoredAsync() =>
        Assert.Single(await Here.Cluster.Directory.GetAsync([_user!.Id], TestContext.Current.CancellationToken));
}
