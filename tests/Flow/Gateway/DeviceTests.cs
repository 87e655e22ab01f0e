using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Flow.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Push tokens, logout and the night shield.</summary>
public sealed class DeviceTests : IAsyncLifetime
{
    private GatewayHost? _host;
    private UserProfile? _user;

    private GatewayHost Host => _host!;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _user = await _host.AddUserAsync("user");
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Theory]
    [InlineData(ClientType.Ios)]
    [InlineData(ClientType.Android)]
    public async Task Token_of_a_phone_is_stored_and_answered_with_an_empty_body(ClientType client)
    {
        using var phone = await Host.LoginAsync("user", client);

        await BindAsync(phone, "token");

        Assert.Equal([new PushDevice(_user!.Id, client, "token", IsShielded: false)], await DevicesAsync());
    }

    [Fact]
    public async Task Token_of_a_PC_is_ignored()
    {
        using var pc = await Host.LoginAsync("user", ClientType.Windows);

        await pc.SendAsync(Command.DeviceTokenReq, 7, new IMDeviceTokenReq { UserId = 1, DeviceToken = "token" });
        await ExpectNoAnswerAsync(pc);

        Assert.Empty(await DevicesAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Limits.MaxDeviceTokenBytes + 1)]
    public async Task Token_of_an_impossible_length_is_ignored_and_counted(int length)
    {
        using var phone = await Host.LoginAsync("user", ClientType.Ios);
        await BindAsync(phone, "token");

        await phone.SendAsync(Command.DeviceTokenReq, 7, new IMDeviceTokenReq { UserId = 1, DeviceToken = new('t', length) });
        await ExpectNoAnswerAsync(phone);

        Assert.Equal("token", Assert.Single(await DevicesAsync()).Token);
        Assert.Equal(1, Host.Meter.Sum("im_frame_rejects_total", "device_token_size"));
    }

    [Fact]
    public async Task Logout_of_a_phone_erases_its_token_alone()
    {
        await Host.Cluster.Devices.BindAsync(_user!.Id, ClientType.Android, "other", TestContext.Current.CancellationToken);
        using var phone = await Host.LoginAsync("user", ClientType.Ios);
        await BindAsync(phone, "token");

        await LogoutAsync(phone);

        Assert.Equal("other", Assert.Single(await DevicesAsync()).Token);
    }

    [Fact]
    public async Task Logout_of_a_PC_and_loss_of_a_phone_leave_the_token()
    {
        var phone = await Host.LoginAsync("user", ClientType.Ios);
        await BindAsync(phone, "token");
        using var pc = await Host.LoginAsync("user", ClientType.Windows);

        phone.ShutdownSend();
        await phone.ReadToEndAsync();
        phone.Dispose();
        await LogoutAsync(pc);

        Assert.Equal("token", Assert.Single(await DevicesAsync()).Token);
    }

    [Fact]
    public async Task Logout_is_answered_while_the_directory_is_down()
    {
        using var phone = await Host.LoginAsync("user", ClientType.Ios);
        Host.Cluster.Devices.IsDown = true;

        await LogoutAsync(phone);
    }

    [Fact]
    public async Task Shield_is_set_and_told()
    {
        using var phone = await Host.LoginAsync("user", ClientType.Ios);
        Assert.Equal((0u, 0u), await AskShieldAsync(phone));

        foreach (var status in new[] { 1u, 1u, 0u, 0u, 1u })
        {
            await phone.SendAsync(Command.PushShieldReq, 8, new IMPushShieldReq { UserId = 77, ShieldStatus = status });
            var answer = await phone.ReceiveAsync(Command.PushShieldRsp, IMPushShieldRsp.Parser, 8);
            Assert.Equal((_user!.Id.Value, 0u, status), (answer.UserId, answer.ResultCode, answer.ShieldStatus));
            Assert.Equal((0u, status), await AskShieldAsync(phone));
        }
    }

    private async Task<(uint Result, uint Status)> AskShieldAsync(WireClient client)
    {
        await client.SendAsync(Command.QueryPushShieldReq, 9, new IMQueryPushShieldReq { UserId = 77 });
        var answer = await client.ReceiveAsync(Command.QueryPushShieldRsp, IMQueryPushShieldRsp.Parser, 9);
        Assert.Equal(_user!.Id.Value, answer.UserId);
        Assert.True(answer.HasShieldStatus);
        return (answer.ResultCode, answer.ShieldStatus);
    }

    private static async Task BindAsync(WireClient client, string token)
    {
        await client.SendAsync(Command.DeviceTokenReq, 6, new IMDeviceTokenReq { UserId = 77, DeviceToken = token });
        var frame = await client.ReceiveAsync();
        Assert.Equal((Command.DeviceTokenRsp, (ushort)6), (frame.Header.Command, frame.Header.Sequence));
        Assert.Empty(frame.Body);
    }

    private static async Task ExpectNoAnswerAsync(WireClient client)
    {
        await client.SendAsync(Command.ClientTimeReq, 11, new IMClientTimeReq());
        await client.ReceiveNextAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser, 11);
    }

    private static async Task LogoutAsync(WireClient client)
    {
        await client.SendAsync(Command.LogoutReq, 10);
        var answer = await client.ReceiveNextAsync(Command.LogoutRsp, IMLogoutRsp.Parser, 10);
        Assert.Equal(0u, answer.ResultCode);
        await client.ReadToEndAsync();
    }

    private async Task<IReadOnlyList<PushDevice>> DevicesAsync() =>
        await Host.Cluster.Devices.ReadDevicesAsync([_user!.Id], TestContext.Current.CancellationToken);
}
