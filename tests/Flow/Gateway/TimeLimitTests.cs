using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Sessions;
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

        _time.Advance(TimeSpan.FromSeconds(9));
        await client.SendAsync(FrameWriter.ToArray(Command.ClientTimeReq, 1, null)[1..]);
        await client.ReceiveAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser, sequence: 1);
        _time.Advance(TimeSpan.FromSeconds(299));
        await client.ExpectNothingYetAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frame_once_begun_has_ten_seconds_and_then_comes_in_at_1_KiB_a_second(bool loggedIn)
    {
        await using var host = await GatewayHost.StartAsync(time: _time, settings: [("LoginDeadline", "00:10:00")]);
        await host.AddUserAsync("u");
        using var client = await host.ConnectAsync();
        if (loggedIn)
            await client.LoginAsync("u", ClientType.Android);
        await client.ExpectNothingYetAsync();
        var session = Assert.Single(host.Table.All);
        var frame = new byte[4_096];
        FrameHeader.For(Command.Heartbeat, frame.Length - FrameHeader.Size, 1).Write(frame);

        // One second past the grace with two seconds' worth of bytes.
        await SendPartAsync(client, session, frame[..2_048]);
        _time.Advance(TimeSpan.FromSeconds(11));
        await SendPartAsync(client, session, frame[2_048..2_049]);

        // Whole, and the time it took is forgotten.
        await client.SendAsync(frame[2_049..]);
        Assert.Equal(frame, (await client.ReceiveAsync()).Bytes);

        await SendPartAsync(client, session, frame[..1]);
        _time.Advance(TimeSpan.FromSeconds(9));
        await SendPartAsync(client, session, frame[1..2]);
        Assert.Equal(loggedIn ? SessionState.LoggedIn : SessionState.Connected, session.State);
        _time.Advance(TimeSpan.FromSeconds(2));

        await client.ExpectClosedAsync();
        await Eventually.HoldsAsync(() => host.Meter.Sum("im_connections_closed_total", "frame_too_slow") == 1);
    }

    [Fact]
    public async Task Message_that_waits_for_its_turn_is_not_a_slow_frame()
    {
        await using var host = await GatewayHost.StartAsync(time: _time, settings: [("MessagesPerSecond", "1")]);
        await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Android);

        // Two are the burst. The rest waits a second each, with a piece of the next frame behind it all that long.
        var message = FrameWriter.ToArray(Command.MsgData, 1, null);
        await client.SendAsync([.. Enumerable.Repeat(message, 20).SelectMany(bytes => bytes), .. message[..5]]);
        for (var waiting = 1; waiting <= 18; waiting++)
        {
            await Eventually.HoldsAsync(() => host.Meter.Sum("im_messages_slowed_total") == waiting);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await client.SendAsync([.. message[5..], .. FrameWriter.ToArray(Command.ClientTimeReq, 2, null)]);
        await Eventually.HoldsAsync(() => host.Meter.Sum("im_messages_slowed_total") == 19);
        _time.Advance(TimeSpan.FromSeconds(1));
        await client.ReceiveAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser, sequence: 2);
    }

    // Returns once the server has taken note.
    private static async Task SendPartAsync(WireClient client, Session session, byte[] part)
    {
        var before = session.FrameDue;
        await client.SendAsync(part);
        await Eventually.HoldsAsync(() => session.FrameDue != before);
    }
}
