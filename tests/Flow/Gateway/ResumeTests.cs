using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Logins with a token instead of a password, on a real socket.</summary>
public sealed class ResumeTests
{
    private static readonly ByteString s_device = ByteString.CopyFrom(Guid.NewGuid().ToByteArray());

    [Fact]
    public async Task Token_logs_the_device_in_without_a_derivation_and_is_replaced()
    {
        await using var host = await HostAsync();
        var first = await PasswordAsync(host, s_device);
        Assert.Equal(32, first.Length);
        Assert.Equal(1, host.Meter.Count("im_kdf_seconds"));

        var second = await ResumedAsync(host, s_device, first);
        var third = await ResumedAsync(host, s_device, second);

        Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
        Assert.Equal(1, host.Meter.Count("im_kdf_seconds"));
        await Eventually.HoldsAsync(() => host.Meter.Sum("im_logins_total", "resumed") == 2);
    }

    [Fact]
    public async Task Clients_that_name_no_device_get_the_answer_they_know()
    {
        await using var host = await HostAsync();
        foreach (var device in new[] { ByteString.Empty, ByteString.CopyFrom(new byte[15]), ByteString.CopyFrom(new byte[17]) })
        {
            var answer = await LoginAsync(host, device, token: null);
            Assert.Equal((ResultType.Ok, false, false), (answer.ResultCode, answer.HasResumeToken, answer.HasRetryAfterMs));
        }
    }

    [Fact]
    public async Task Token_whose_answer_was_lost_is_good_once_more_until_its_successor_was_used()
    {
        await using var host = await HostAsync();
        var first = await PasswordAsync(host, s_device);
        await ResumedAsync(host, s_device, first);

        var second = await ResumedAsync(host, s_device, first);
        await ResumedAsync(host, s_device, second);
        await RefusedAsync(host, s_device, first);
    }

    [Fact]
    public async Task Token_is_of_one_user_and_one_device()
    {
        await using var host = await HostAsync();
        await host.AddUserAsync("bob");
        var token = await PasswordAsync(host, s_device);
        var other = ByteString.CopyFrom(Guid.NewGuid().ToByteArray());
        await PasswordAsync(host, other);
        await PasswordAsync(host, s_device, "bob");

        await RefusedAsync(host, other, token);
        await RefusedAsync(host, s_device, token, "bob");
        await RefusedAsync(host, ByteString.Empty, token);
        await RefusedAsync(host, s_device, ByteString.CopyFrom(new byte[32]));
        await RefusedAsync(host, s_device, ByteString.Empty);
        await RefusedAsync(host, s_device, token, "nobody");
        await ResumedAsync(host, s_device, token);
    }

    [Fact]
    public async Task New_password_logout_and_age_make_a_token_void()
    {
        var time = new ManualTimeProvider();
        await using var host = await HostAsync(time);
        var user = (await host.Cluster.Directory.FindAsync("alice", TestContext.Current.CancellationToken))!.Profile;

        var token = await PasswordAsync(host, s_device);
        await host.Cluster.SetPasswordAsync(user.Id, TestCluster.Password);
        await RefusedAsync(host, s_device, token);

        token = await PasswordAsync(host, s_device);
        using (var client = await host.ConnectAsync())
        {
            await client.SendAsync(Command.LoginReq, 1, Request(s_device, token, "alice"));
            token = (await client.ReceiveAsync(Command.LoginRes, IMLoginRes.Parser, sequence: 1)).ResumeToken;
            await client.AskAsync(Command.LogoutReq, new IMLogoutReq(), Command.LogoutRsp, IMLogoutRsp.Parser);
        }

        await RefusedAsync(host, s_device, token);

        token = await PasswordAsync(host, s_device);
        time.Advance(TimeSpan.FromDays(30));
        await RefusedAsync(host, s_device, token);
    }

    [Fact]
    public async Task User_who_left_is_not_let_in_by_his_token()
    {
        await using var host = await HostAsync();
        var token = await PasswordAsync(host, s_device);
        var user = (await host.Cluster.Directory.FindAsync("alice", TestContext.Current.CancellationToken))!.Profile;
        await host.Cluster.Directory.EditAsync(user.Id, new() { Status = 3 }, TestContext.Current.CancellationToken);

        await RefusedAsync(host, s_device, token);
    }

    [Fact]
    public async Task Guessing_a_password_does_not_lock_a_known_device_out()
    {
        await using var host = await HostAsync(new ManualTimeProvider());
        var token = await PasswordAsync(host, s_device);
        for (var guess = 0; guess < 20; guess++)
            Assert.Equal(ResultType.ValidationFailed, (await LoginAsync(host, s_device, null, password: $"guess {guess}")).ResultCode);

        await ResumedAsync(host, s_device, token);

        // Nor the client of old whose password was right a short while ago.
        Assert.Equal(ResultType.Ok, (await LoginAsync(host, ByteString.Empty, null)).ResultCode);
        Assert.Equal(6, host.Meter.Count("im_kdf_seconds"));
    }

    [Fact]
    public async Task Network_that_guesses_is_told_to_come_later()
    {
        await using var host = await HostAsync(new ManualTimeProvider(), ("LoginFailuresPerNetwork", "10"));
        for (var name = 0; name < 10; name++)
            Assert.Equal(ResultType.ValidationFailed, (await LoginAsync(host, s_device, null, $"nobody {name}")).ResultCode);

        var answer = await LoginAsync(host, s_device, null, "nobody 11");
        Assert.Equal(ResultType.MsgServerFull, answer.ResultCode);
        Assert.InRange(answer.RetryAfterMs, 1_000u, 6_000u);
        Assert.False((await LoginAsync(host, ByteString.Empty, null, "nobody 11")).HasRetryAfterMs);
    }

    [Fact]
    public async Task Store_that_is_away_costs_the_token_and_not_the_login()
    {
        await using var host = await HostAsync();
        var token = await PasswordAsync(host, s_device);
        host.Cluster.ResumeTokens.IsDown = true;

        var answer = await LoginAsync(host, s_device, null);
        Assert.Equal((ResultType.Ok, false), (answer.ResultCode, answer.HasResumeToken));
        Assert.Equal(ResultType.NoDbServer, (await LoginAsync(host, s_device, token)).ResultCode);

        host.Cluster.ResumeTokens.IsDown = false;
        await ResumedAsync(host, s_device, token);
    }

    [Fact]
    public async Task User_has_tokens_for_sixteen_devices_and_the_oldest_goes_first()
    {
        var time = new ManualTimeProvider();
        await using var host = await HostAsync(time);
        var devices = new List<(ByteString Device, ByteString Token)>();
        for (var i = 0; i < 17; i++)
        {
            var device = ByteString.CopyFrom(Guid.NewGuid().ToByteArray());
            devices.Add((device, await PasswordAsync(host, device)));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await RefusedAsync(host, devices[0].Device, devices[0].Token);
        await ResumedAsync(host, devices[1].Device, devices[1].Token);
        await ResumedAsync(host, devices[16].Device, devices[16].Token);
    }

    [Fact]
    public async Task Without_a_lifetime_there_are_no_tokens()
    {
        await using var host = await HostAsync(null, ("ResumeTokenLifetime", "00:00:00"));

        Assert.False((await LoginAsync(host, s_device, null)).HasResumeToken);
    }

    private static async Task<GatewayHost> HostAsync(TimeProvider? time = null, params (string, string)[] settings)
    {
        var host = await GatewayHost.StartAsync(time: time, settings: settings);
        await host.AddUserAsync("alice");
        return host;
    }

    private static async Task<ByteString> PasswordAsync(GatewayHost host, ByteString device, string name = "alice")
    {
        var answer = await LoginAsync(host, device, token: null, name);
        Assert.Equal(ResultType.Ok, answer.ResultCode);
        return answer.ResumeToken;
    }

    private static async Task<ByteString> ResumedAsync(GatewayHost host, ByteString device, ByteString token)
    {
        var answer = await LoginAsync(host, device, token);
        Assert.Equal(ResultType.Ok, answer.ResultCode);
        Assert.Equal("alice", answer.UserInfo.UserRealName);
        return answer.ResumeToken;
    }

    private static async Task RefusedAsync(GatewayHost host, ByteString device, ByteString token, string name = "alice")
    {
        var answer = await LoginAsync(host, device, token, name);
        Assert.Equal((ResultType.ValidationFailed, "this token is not valid"), (answer.ResultCode, answer.ResultString));
    }

    private static async Task<IMLoginRes> LoginAsync(
        GatewayHost host, ByteString device, ByteString? token, string name = "alice", string password = TestCluster.Password)
    {
        using var client = await host.ConnectAsync();
        await client.SendAsync(Command.LoginReq, 1, Request(device, token, name, password));
        return await client.ReceiveAsync(Command.LoginRes, IMLoginRes.Parser, sequence: 1);
    }

    private static IMLoginReq Request(
        ByteString device, ByteString? token, string name, string password = TestCluster.Password)
    {
        var request = WireClient.LoginRequest(name, ClientType.Android, password);
        if (!device.IsEmpty)
            request.DeviceId = device;
        if (token is not null)
        {
            request.ResumeToken = token;
            request.Password = "";
        }

        return request;
    }
}
