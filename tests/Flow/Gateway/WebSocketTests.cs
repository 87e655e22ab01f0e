using System.Net;
using System.Net.WebSockets;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Clients that come as WebSockets: the same PDUs, the same sessions, the same door.</summary>
public sealed class WebSocketTests
{
    private static readonly byte[] s_heartbeat = FrameWriter.ToArray(Command.Heartbeat, 7, null);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_logs_in_and_sees_and_is_seen_by_clients_on_tcp()
    {
        await using var host = await GatewayHost.StartAsync();
        var web = await host.AddUserAsync("web");
        var tcp = await host.AddUserAsync("tcp");
        using var watcher = await host.LoginAsync("tcp", ClientType.Windows);
        await watcher.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);

        var socket = await ConnectAsync(host);
        using var client = Frames(socket);
        await client.LoginAsync("web", ClientType.Windows);

        Assert.Equal(web.Id.Value, (await watcher.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser)).UserStat.UserId);
        Assert.Equal(web.Id.Value, (await client.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser)).UserStat.UserId);
        await client.SendAsync(Command.UsersStatReq, 4, new IMUsersStatReq { UserId = 0, UserIdList = { tcp.Id.Value } });
        var status = await client.ReceiveAsync(Command.UsersStatRsp, IMUsersStatRsp.Parser, sequence: 4);
        Assert.Equal(UserStatType.Online, Assert.Single(status.UserStatList).Status);

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        var left = await watcher.ReceiveAsync(Command.UserStatNotify, IMUserStatNotify.Parser);
        Assert.Equal((web.Id.Value, UserStatType.Offline), (left.UserStat.UserId, left.UserStat.Status));
        await Eventually.HoldsAsync(() => host.Table.Count == 1);
    }

    [Fact]
    public async Task Message_may_hold_several_pdus_and_a_pdu_may_span_messages_and_fragments()
    {
        await using var host = await GatewayHost.StartAsync();
        using var socket = await ConnectAsync(host);
        using var client = Frames(socket);

        await socket.SendAsync(s_heartbeat.Concat(s_heartbeat).Concat(s_heartbeat[..5]).ToArray(), WebSocketMessageType.Binary, true, Token);
        await socket.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Binary, true, Token);
        await socket.SendAsync(s_heartbeat.AsMemory(5, 3), WebSocketMessageType.Binary, endOfMessage: false, Token);
        await socket.SendAsync(s_heartbeat.AsMemory(8), WebSocketMessageType.Binary, endOfMessage: true, Token);

        for (var answer = 0; answer < 3; answer++)
            Assert.Equal(s_heartbeat, (await client.ReceiveAsync()).Bytes);
        await client.ExpectNothingYetAsync();
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("")]
    public async Task Text_closes_the_connection_with_code_1003(string text)
    {
        await using var host = await GatewayHost.StartAsync();
        using var socket = await ConnectAsync(host);

        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Token);

        Assert.Equal(WebSocketCloseStatus.InvalidMessageType, await CloseStatusAsync(socket));
        await Eventually.HoldsAsync(() => host.Table.Count == 0);
    }

    [Fact]
    public async Task Message_above_the_limit_closes_the_connection_with_code_1009_and_many_small_ones_do_not()
    {
        await using var host = await GatewayHost.StartAsync(settings: [("WebSocketMessageBytesMax", "4096")]);
        using var socket = await ConnectAsync(host);
        using var client = Frames(socket);

        var heartbeats = Enumerable.Repeat(s_heartbeat, 256).SelectMany(bytes => bytes).ToArray();
        for (var message = 0; message < 3; message++)
            await socket.SendAsync(heartbeats, WebSocketMessageType.Binary, true, Token);
        for (var answer = 0; answer < 3 * 256; answer++)
            await client.ReceiveAsync();

        await socket.SendAsync(new byte[] { 0 }, WebSocketMessageType.Binary, endOfMessage: false, Token);
        await socket.SendAsync(new byte[4_096], WebSocketMessageType.Binary, endOfMessage: true, Token);

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, await CloseStatusAsync(socket));
    }

    [Fact]
    public async Task Broken_framing_closes_the_connection_with_code_1002()
    {
        await using var host = await GatewayHost.StartAsync();
        using var socket = await ConnectAsync(host);

        await socket.SendAsync(new byte[16], WebSocketMessageType.Binary, true, Token);

        Assert.Equal(WebSocketCloseStatus.ProtocolError, await CloseStatusAsync(socket));
    }

    [Theory]
    [InlineData("", "http://evil.example", false)]
    [InlineData("", "null", false)]
    [InlineData("", "http://127.0.0.1:{port}", true)]
    [InlineData("", "http://127.0.0.1", false)]
    [InlineData("https://chat.example, https://other.example:8443", "https://chat.example", true)]
    [InlineData("https://chat.example, https://other.example:8443", "https://Other.Example:8443", true)]
    [InlineData("https://chat.example", "http://chat.example", false)]
    [InlineData("https://chat.example", "https://chat.example.evil.example", false)]
    [InlineData("https://chat.example", null, true)]
    [InlineData("*", "http://evil.example", true)]
    public async Task Only_allowed_origins_come_in(string allowed, string? origin, bool comesIn)
    {
        await using var host = await GatewayHost.StartAsync(settings: [("AllowedOrigins", allowed)]);
        origin = origin?.Replace("{port}", $"{host.Ports.Http}", StringComparison.Ordinal);

        if (comesIn)
        {
            using var socket = await ConnectAsync(host, origin);
            using var client = Frames(socket);
            await client.ExpectNothingYetAsync();
        }
        else
        {
            Assert.Equal(HttpStatusCode.Forbidden, await RefusalAsync(host, origin));
            Assert.Equal(1, host.Meter.Sum("im_connections_refused_total", "origin"));
        }
    }

    [Fact]
    public async Task Limit_of_connections_holds_for_both_kinds_together_and_not_for_http()
    {
        await using var host = await GatewayHost.StartAsync(settings: [("MaxConnections", "2"), ("HttpConnectionsMax", "1")]);
        using var first = await ConnectAsync(host);
        using var second = await host.ConnectAsync();
        await second.ExpectNothingYetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RefusalAsync(host));
        await host.ExpectTurnedAwayAsync();

        await first.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await Eventually.HoldsAsync(() => host.Table.Count == 1);
        using var next = Frames(await ConnectAsync(host));
        await next.ExpectNothingYetAsync();
    }

    [Fact]
    public async Task Stopping_gateway_closes_with_code_1001()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");
        using var socket = await ConnectAsync(host);
        using (var client = Frames(socket, owns: false))
            await client.LoginAsync("u", ClientType.Android);

        var stopping = host.StopAsync();

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, await CloseStatusAsync(socket));
        await stopping;
    }

    [Fact]
    public async Task Client_that_vanishes_or_does_not_answer_the_close_leaves_nothing_behind()
    {
        await using var host = await GatewayHost.StartAsync();
        using (var vanishing = await ConnectAsync(host))
        {
            await Eventually.HoldsAsync(() => host.Table.Count == 1);
            vanishing.Abort();
        }

        await Eventually.HoldsAsync(() => host.Table.Count == 0);
        using var silent = await ConnectAsync(host);
        await Eventually.HoldsAsync(() => host.Table.Count == 1);
        await silent.SendAsync(new byte[16], WebSocketMessageType.Binary, true, Token);
        await Eventually.HoldsAsync(() => host.Table.Count == 0);
    }

    [Fact]
    public async Task Client_that_does_not_read_is_closed_and_counted()
    {
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(time: time, settings: [("OutboundBytesMax", "65536")]);
        await host.AddUserAsync("u");
        using var socket = await ConnectAsync(host);
        using (var client = Frames(socket, owns: false))
            await client.LoginAsync("u", ClientType.Android);
        var session = Assert.Single(host.Table.All);

        var frames = Enumerable.Repeat(s_heartbeat, 10_000).SelectMany(bytes => bytes).ToArray();
        for (var sent = 0; sent < 1_000 && session.State == SessionState.LoggedIn; sent++)
        {
            session.Write(frames);
            session.Flush();
        }

        Assert.Equal(CloseReason.SlowReader, session.CloseReason);
        await Eventually.HoldsAsync(() => host.Table.Count == 0);
        Assert.Equal(1, host.Meter.Sum("im_slow_consumer_closes_total"));
    }

    [Fact]
    public async Task Request_that_is_no_websocket_is_told_to_upgrade()
    {
        await using var host = await GatewayHost.StartAsync();

        var answer = await RawHttp.AskAsync(host.Ports.Http, "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        Assert.Equal("HTTP/1.1 426 Upgrade Required", answer.Status);
        Assert.Contains("Upgrade: websocket", answer.Headers);
    }

    private static async Task<ClientWebSocket> ConnectAsync(GatewayHost host, string? origin = null)
    {
        var socket = new ClientWebSocket();
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        await socket.ConnectAsync(new($"ws://127.0.0.1:{host.Ports.Http}/ws"), Token);
        return socket;
    }

    private static async Task<HttpStatusCode> RefusalAsync(GatewayHost host, string? origin = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new($"ws://127.0.0.1:{host.Ports.Http}/ws"), Token));
        return socket.HttpStatusCode;
    }

    private static WireClient Frames(WebSocket socket, bool owns = true) =>
        WireClient.Over(WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: owns));

    private static async Task<WebSocketCloseStatus?> CloseStatusAsync(WebSocket socket)
    {
        var buffer = new byte[4_096];
        while ((await socket.ReceiveAsync(buffer, Token).Soon()).MessageType != WebSocketMessageType.Close)
            continue;
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        return socket.CloseStatus;
    }
}
