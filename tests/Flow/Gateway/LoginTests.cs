using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Security;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Protocol chapter 02 section 2, on a real socket.</summary>
public sealed class LoginTests
{
    // Protocol chapter 01 section 8.1.
    private const string RequestOfAlice =
        "00000048000100000001010300010000" +
        "0A05616C69636512206531306164633339343962613539616262653536653035376632306638383365" +
        "180120012A0977696E5F3130303836";

    [Fact]
    public async Task Accepted_login_is_answered_byte_for_byte_as_chapter_01_section_8_3_says()
    {
        await using var host = await GatewayHost.StartAsync(time: new ManualTimeProvider());
        var user = await host.AddUserAsync("alice", nick: "Alice");
        using var client = await host.ConnectAsync();

        await client.SendAsync(Convert.FromHexString(RequestOfAlice));
        var answer = await client.ReceiveAsync();

        // The chapter's user is 1001 and ours 1, and behind its fields comes our own, the server's clock in milliseconds.
        Assert.Equal(1u, user.Id.Value);
        const string Chapter =
            "0001000000010104000100000880E2CFAA0610001A026F6B20012A25080110001A05416C69636522002800" +
            "32003A05616C69636542004A05616C69636550005A00";
        var ours = Convert.ToHexString(new IMLoginRes { ServerTimeMs = 1_700_000_000_000 }.ToByteArray());
        Assert.Equal($"{69 + ours.Length / 2:X8}{Chapter}{ours}", Convert.ToHexString(answer.Bytes));
    }

    [Fact]
    public async Task Refused_login_is_answered_as_chapter_01_section_8_2_says_and_the_connection_closed()
    {
        await using var host = await GatewayHost.StartAsync(time: new ManualTimeProvider());
        var user = await host.AddUserAsync("alice");
        await host.Cluster.SetPasswordAsync(user.Id, "another");
        using var client = await host.ConnectAsync();

        await client.SendAsync(Convert.FromHexString(RequestOfAlice));
        var answer = await client.ReceiveAsync();

        var text = "wrong name or password"u8;
        Assert.Equal(
            $"{26 + text.Length:X8}0001000000010104000100000880E2CFAA0610061A{text.Length:X2}{Convert.ToHexString(text)}",
            Convert.ToHexString(answer.Bytes));
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task Unknown_name_wrong_password_and_inactive_account_look_the_same()
    {
        await using var host = await GatewayHost.StartAsync(time: new ManualTimeProvider());
        await host.AddUserAsync("active");
        await host.AddUserAsync("former", status: 3);

        var answers = new List<string>();
        foreach (var (name, password) in new[] { ("active", "no"), ("nobody", TestCluster.Password), ("former", TestCluster.Password) })
        {
            using var client = await host.ConnectAsync();
            answers.Add((await client.TryLoginAsync(name, ClientType.Windows, password)).ToString());
            await client.ExpectClosedAsync();
        }

        Assert.Single(answers.Distinct());
        Assert.Equal(3, host.Meter.Count("im_kdf_seconds"));
    }

    [Fact]
    public async Task Status_wanted_at_login_is_echoed()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");
        using var client = await host.ConnectAsync();

        var request = WireClient.LoginRequest("u", ClientType.Mac);
        request.OnlineStatus = UserStatType.Leave;
        await client.SendAsync(Command.LoginReq, 7, request);

        var answer = await client.ReceiveAsync(Command.LoginRes, IMLoginRes.Parser, sequence: 7);
        Assert.Equal(UserStatType.Leave, answer.OnlineStatus);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(0x21)]
    public async Task Login_with_an_unknown_client_type_is_dropped_and_the_connection_stays(int clientType)
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");
        using var client = await host.ConnectAsync();

        await client.SendAsync(Command.LoginReq, 1, WireClient.LoginRequest("u", (ClientType)clientType));
        await client.ExpectNothingYetAsync();
        Assert.Equal(1, host.Meter.Sum("im_frame_rejects_total", "unparsable"));

        await client.LoginAsync("u", ClientType.Android);
    }

    [Fact]
    public async Task Second_login_on_a_connection_is_ignored()
    {
        await using var host = await GatewayHost.StartAsync();
        var one = await host.AddUserAsync("one");
        var two = await host.AddUserAsync("two");
        using var client = await host.LoginAsync("one", ClientType.Android);

        await client.SendAsync(Command.LoginReq, 2, WireClient.LoginRequest("two", ClientType.Android));

        await client.ExpectNothingYetAsync();
        Assert.Single(await host.Cluster.Presence.OfAsync(one.Id));
        Assert.Empty(await host.Cluster.Presence.OfAsync(two.Id));
    }

    [Fact]
    public async Task Directory_that_is_down_refuses_with_code_3_and_does_not_count_as_a_failure()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");
        host.Cluster.Directory.IsDown = true;
        for (var attempt = 0; attempt < 12; attempt++)
        {
            using var refused = await host.ConnectAsync();
            Assert.Equal(
                ResultType.NoDbServer, (await refused.TryLoginAsync("u", ClientType.Windows, TestCluster.Password)).ResultCode);
            await refused.ExpectClosedAsync();
        }

        host.Cluster.Directory.IsDown = false;
        using var client = await host.LoginAsync("u", ClientType.Windows);
    }

    [Fact]
    public async Task Presence_registry_that_is_down_refuses_with_code_5_and_leaves_no_session()
    {
        await using var host = await GatewayHost.StartAsync();
        var user = await host.AddUserAsync("u");
        host.Cluster.Presence.IsDown = true;
        using var client = await host.ConnectAsync();

        var answer = await client.TryLoginAsync("u", ClientType.Windows, TestCluster.Password);

        Assert.Equal(ResultType.NoRouteServer, answer.ResultCode);
        await client.ExpectClosedAsync();
        Assert.Empty(host.Table.ClaimsOf(user.Id));
    }

    [Fact]
    public async Task Eleventh_failure_is_the_last_that_is_looked_at_and_thirty_minutes_later_all_is_forgotten()
    {
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(time: time);
        await host.AddUserAsync("u");
        for (var attempt = 0; attempt < 11; attempt++)
        {
            await RefuseAsync("wrong");

            // From the fifth on the next is looked at after a wait only.
            time.Advance(TimeSpan.FromSeconds(attempt < 4 ? 0 : 1 << (attempt - 4)));
        }

        Assert.Equal(11, host.Meter.Count("im_kdf_seconds"));

        var text = await RefuseAsync(TestCluster.Password);
        Assert.Contains("too often", text);
        Assert.Equal(11, host.Meter.Count("im_kdf_seconds"));

        time.Advance(TimeSpan.FromMinutes(31));
        using var client = await host.LoginAsync("u", ClientType.Windows);

        async Task<string> RefuseAsync(string password)
        {
            using var refused = await host.ConnectAsync();
            var answer = await refused.TryLoginAsync("u", ClientType.Windows, password);
            Assert.Equal(ResultType.ValidationFailed, answer.ResultCode);
            return answer.ResultString;
        }
    }

    [Fact]
    public async Task Password_verified_just_now_is_not_derived_again_until_it_is_changed_or_old()
    {
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(time: time);
        var user = await host.AddUserAsync("u");

        await LoginOnceAsync();
        await LoginOnceAsync();
        Assert.Equal(1, host.Meter.Count("im_kdf_seconds"));

        await host.Cluster.SetPasswordAsync(user.Id, TestCluster.Password);
        await LoginOnceAsync();
        Assert.Equal(2, host.Meter.Count("im_kdf_seconds"));

        time.Advance(TimeSpan.FromMinutes(16));
        await LoginOnceAsync();
        Assert.Equal(3, host.Meter.Count("im_kdf_seconds"));

        async Task LoginOnceAsync()
        {
            using var client = await host.LoginAsync("u", ClientType.Windows);
        }
    }

    [Fact]
    public async Task Logout_is_answered_and_the_connection_closed()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Ios);

        await client.SendAsync(Command.LogoutReq, 9);
        var answer = await client.ReceiveAsync();

        // Protocol chapter 01 section 8.6.
        Assert.Equal("00000012000100000001010600090000" + "0800", Convert.ToHexString(answer.Bytes));
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task Request_before_half_a_close_is_still_answered()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");
        using var client = await host.ConnectAsync();

        await client.SendAsync(Command.LoginReq, 3, WireClient.LoginRequest("u", ClientType.Android));
        client.ShutdownSend();

        var answer = await client.ReceiveAsync(Command.LoginRes, IMLoginRes.Parser, sequence: 3);
        Assert.Equal(ResultType.Ok, answer.ResultCode);
        await client.ExpectClosedAsync();
    }

    [Fact]
    public void Test_password_is_the_one_of_the_chapter() =>
        Assert.Contains(
            Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(PasswordRecord.ClientText(TestCluster.Password))), RequestOfAlice);
}
