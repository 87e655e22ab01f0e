using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Protocol chapter 01 section 5.1.</summary>
public sealed class TimeLimitTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Connection_without_login_is_closed_after_15_seconds_whatever_it_sends()
    {
        await using var host = await GatewayHost.StartAsync(time: _time);
        using var client = await host.ConnectAsync();
        await client.ExpectNothingYetAsync();

        _time.Advance(TimeSpan.FromSeconds(14));
        await client.ExpectNothingYetAsync();

        _time.Advance(TimeSpan.FromSeconds(2));
        await client.ExpectClosedAsync();
    }

    [Theory]
    [InlineData(ClientType.Windows, 120)]
    [InlineData(ClientType.Mac, 120)]
    [InlineData(ClientType.Ios, 300)]
    [InlineData(ClientType.Android, 300)]
    public async Task Silent_client_is_closed_after_the_limit_of_its_class(ClientType type, int seconds)
    {
        await using var host = await GatewayHost.StartAsync(time: _time);
        await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", type);
        if (type is ClientType.Windows or ClientType.Mac)
            await client.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);

        // Twice just below the limit, so that it is the silence that counts and not the time since login.
        for (var round = 0; round < 2; round++)
        {
            await client.ExpectNothingYetAsync();
            _time.Advance(TimeSpan.FromSeconds(seconds - 1));
        }

        await client.ExpectNothingYetAsync();
        _time.Advance(TimeSpan.FromSeconds(seconds + 2));
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task Bytes_that_make_no_frame_yet_are_a_sign_of_life()
    {
        await using var host = await GatewayHost.StartAsync(time: _time);
        var user = await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Android);
        var session = Assert.Single(host.Table.ClaimsOf(user.Id));

        _time.Advance(TimeSpan.FromSeconds(200));
        await client.SendAsync([0]);
        await Eventually.HoldsAsync(() => session.SilentFor() == TimeSpan.Zero);

        _time.Advance(TimeSpan.FromSeconds(299));
        await client.SendAsync(FrameWriter.ToArray(Command.ClientTimeReq, 1, null)[1..]);
        await client.ReceiveAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser, sequence: 1);
    }
}
