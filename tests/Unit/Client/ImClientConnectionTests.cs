using System.Net;
using System.Net.Sockets;
using System.Text;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Client;

/// <summary>The client stays connected, unless the end was meant.</summary>
public sealed class ImClientConnectionTests
{
    private const uint Bob = 1002;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kicked_client_does_not_come_back()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        connection.Send(Command.KickUser, 0, new IMKickUser
        {
            UserId = ScriptedServer.Self, KickReason = KickReasonType.DuplicateUser,
        });

        Assert.Equal(KickReasonType.DuplicateUser, (await client.NextAsync<Kicked>()).Reason);
        Assert.False((await client.NextAsync<Disconnected>()).WillReconnect);
        await client.Events.Completion.Soon();
        Assert.False(server.Logins.TryRead(out _));
        await Assert.ThrowsAsync<ImClosedException>(() => client.SendTextAsync(Bob, "hi", Stop).Soon());
        await Assert.ThrowsAsync<ImClosedException>(() => client.GetUnreadAsync(Stop).Soon());
    }

    [Fact]
    public async Task Refused_login_is_reported_with_its_reason()
    {
        await using var server = new ScriptedServer { LoginResult = ResultType.ValidationFailed };
        var refused = await Assert.ThrowsAsync<LoginRefusedException>(() => ImClient.ConnectAsync(server.Options(), Stop).Soon());
        Assert.Equal(ResultType.ValidationFailed, refused.Result);
        Assert.Contains("as told", refused.Message);
    }

    [Fact]
    public async Task Client_that_is_refused_when_it_comes_back_gives_up()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        server.LoginResult = ResultType.ValidationFailed;
        (await server.Logins.NextAsync()).Cut();
        Assert.True((await client.NextAsync<Disconnected>()).WillReconnect);
        Assert.False((await client.NextAsync<Disconnected>()).WillReconnect);
        await client.Events.Completion.Soon();
    }

    [Fact]
    public async Task Client_goes_on_trying_while_the_server_is_not_ready()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        server.LoginResult = ResultType.MsgServerFull;
        (await server.Logins.NextAsync()).Cut();
        await client.NextAsync<ReconnectFailed>();
        server.LoginResult = ResultType.Ok;
        await client.NextAsync<Reconnected>();
        Assert.Equal(1u, (await client.SendTextAsync(Bob, "hi", Stop).Soon()).MessageId);
    }

    [Fact]
    public async Task Client_told_not_to_reconnect_ends_with_its_connection()
    {
        await using var server = new ScriptedServer();
        var options = new ImClientOptions
        {
            Host = "127.0.0.1", Port = server.Port, Name = "alice", Password = "123456", AutoReconnect = false,
        };
        await using var client = await ImClient.ConnectAsync(options, Stop).Soon();
        (await server.Logins.NextAsync()).Cut();
        Assert.False((await client.NextAsync<Disconnected>()).WillReconnect);
        await client.Events.Completion.Soon();
    }

    [Fact]
    public async Task Server_that_falls_silent_is_left_for_a_new_connection()
    {
        await using var server = new ScriptedServer();
        var options = new ImClientOptions
        {
            Host = "127.0.0.1",
            Port = server.Port,
            Name = "alice",
            Password = "123456",
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
            DeadAfter = TimeSpan.FromSeconds(1),
            ReconnectMinDelay = TimeSpan.FromMilliseconds(1),
        };
        await using var client = await ImClient.ConnectAsync(options, Stop).Soon();
        server.IsDeaf = true;
        Assert.Contains("silent", (await client.NextAsync<Disconnected>()).Reason);
        server.IsDeaf = false;
        await client.NextAsync<Reconnected>();
    }

    [Fact]
    public async Task Query_waits_for_the_reconnect()
    {
        await using var server = new ScriptedServer();
        server.Keep(Bob, "old");
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        (await server.Logins.NextAsync()).Cut();
        Assert.Equal(["old"], (await client.GetHistoryAsync(Bob, 0, 1, Stop).Soon()).Select(message => message.Text));
    }

    [Fact]
    public async Task Query_nobody_answers_ends_in_time()
    {
        await using var server = new ScriptedServer();
        var options = new ImClientOptions
        {
            Host = "127.0.0.1", Port = server.Port, Name = "alice", Password = "123456", RequestTimeout = TimeSpan.FromSeconds(1),
        };
        await using var client = await ImClient.ConnectAsync(options, Stop).Soon();
        server.IsDeaf = true;
        await Assert.ThrowsAsync<TimeoutException>(() => client.GetUnreadAsync(Stop).Soon());
    }

    [Fact]
    public async Task Read_mark_that_may_be_lost_is_sent_again()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        await client.MarkReadAsync(Bob, 3);
        await client.MarkReadAsync(Bob, 2);
        Assert.Equal(3u, (await server.Others.NextAsync()).Parse(IMMsgDataReadAck.Parser).MsgId);

        (await server.Logins.NextAsync()).Cut();
        Assert.Equal(3u, (await server.Others.NextAsync()).Parse(IMMsgDataReadAck.Parser).MsgId);
    }

    [Fact]
    public async Task Logout_ends_the_client()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        await client.LogoutAsync(Stop).Soon();
        Assert.False((await client.NextAsync<Disconnected>()).WillReconnect);
        await client.Events.Completion.Soon();
        Assert.False(client.IsConnected);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_reported()
    {
        int port;
        using (var unused = new TcpListener(IPAddress.Loopback, 0))
        {
            unused.Start();
            port = ((IPEndPoint)unused.LocalEndpoint).Port;
        }

        var options = new ImClientOptions { Host = "127.0.0.1", Port = port, Name = "alice", Password = "x" };
        await Assert.ThrowsAsync<ImConnectionException>(() => ImClient.ConnectAsync(options, Stop).Soon());
    }

    [Fact]
    public async Task Discovery_says_where_the_server_is()
    {
        await using var server = new ScriptedServer();
        using var discovery = new TcpListener(IPAddress.Loopback, 0);
        discovery.Start();
        var answering = AnswerAsync(discovery, $$"""{"code":0,"priorIP":"127.0.0.1","backupIP":"","port":"{{server.Port}}"}""");
        var options = new ImClientOptions
        {
            Discovery = new($"http://127.0.0.1:{((IPEndPoint)discovery.LocalEndpoint).Port}/msg_server"),
            Name = "alice",
            Password = "123456",
        };
        await using var client = await ImClient.ConnectAsync(options, Stop).Soon();
        Assert.StartsWith("GET /msg_server ", await answering);
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task Options_without_sense_name_the_property_and_what_is_allowed()
    {
        var options = new ImClientOptions { Host = "127.0.0.1", Port = 0, Name = "alice", Password = "x" };
        var wrong = await Assert.ThrowsAsync<ArgumentException>(() => ImClient.ConnectAsync(options, Stop));
        Assert.Contains("Port is '0'; it must be 1 to 65535", wrong.Message);
    }

    private static async Task<string> AnswerAsync(TcpListener listener, string json)
    {
        using var socket = await listener.AcceptSocketAsync(Stop);
        var request = new byte[4_096];
        var length = await socket.ReceiveAsync(request, Stop);
        await socket.SendAsync(
            Encoding.UTF8.GetBytes(
                $"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html;charset=utf-8\r\nContent-Length: {json.Length}\r\n\r\n{json}"),
            Stop);
        socket.Shutdown(SocketShutdown.Send);
        return Encoding.UTF8.GetString(request, 0, length);
    }
}
