using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using BrokerIm.Client.Connecting;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Connections;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Protocol chapter 02 section 1, on real sockets.</summary>
public sealed class DiscoveryTests
{
    private const string Other = "192.0.2.7";
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Answer_is_what_clients_read_with_every_key_and_header()
    {
        await using var host = await GatewayHost.StartAsync();

        var answer = await RawHttp.GetAsync(host.Ports.Http);

        var body = $$"""{"code":0,"msg":"","priorIP":"127.0.0.1","backupIP":"127.0.0.1","port":"{{host.Port}}","msfsPrior":"http://im.example:8080/","msfsBackup":"http://im.example:8080/","discovery":"http://im.example:8080/discovery"}""";
        Assert.Equal("HTTP/1.1 200 OK", answer.Status);
        Assert.Equal(["Connection: close", $"Content-Length: {body.Length}", "Content-Type: text/html;charset=utf-8"], answer.Headers);
        Assert.Equal(body, answer.Body);
        Assert.Equal(new("127.0.0.1", "127.0.0.1", host.Port), DiscoveryReply.Parse(answer.Body));
        Assert.Equal(1, host.Meter.Sum("im_discovery_total", "ok"));
    }

    [Theory]
    [InlineData("GET /msg_server/more?and=more HTTP/1.1\r\nHost: h\r\n\r\n")]
    [InlineData("GET /msg_serverless HTTP/1.1\r\nHost: h\r\n\r\n")]
    [InlineData("GET /msg_server HTTP/1.0\r\n\r\n")]
    [InlineData("POST /msg_server HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody")]
    public async Task Any_longer_path_and_any_method_is_answered(string request)
    {
        await using var host = await GatewayHost.StartAsync();

        var answer = await RawHttp.AskAsync(host.Ports.Http, request);

        Assert.Equal(host.Port, DiscoveryReply.Parse(answer.Body).Port);
        Assert.Contains("Connection: close", answer.Headers);
    }

    [Fact]
    public async Task Longest_answer_that_settings_allow_stays_within_1024_bytes()
    {
        var url = $"https://{new string('a', 60)}.example/".PadRight(199, 'p') + "/";
        const string First = "2001:db8:1111:2222:3333:4444:5555:6666", Second = "2001:db8:1111:2222:3333:4444:5555:7777";
        await using var host = await GatewayHost.StartAsync(
            settings: [("HttpUrl", url), ("PictureUrl", url), ("PublicAddresses", $"{First}, {Second}"), ("PublicPort", "65535")]);

        var answer = await RawHttp.GetAsync(host.Ports.Http);

        Assert.InRange(answer.Length, 900, 1_024);
        Assert.Equal(new(First, Second, 65_535), DiscoveryReply.Parse(answer.Body));
        Assert.Contains($"\"discovery\":\"{url}discovery\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(1_001)]
    public async Task Request_above_1024_bytes_is_refused(int bytes)
    {
        const string Begin = "GET /msg_server HTTP/1.1\r\nHost: h\r\nX: ", End = "\r\n\r\n";
        await using var host = await GatewayHost.StartAsync();

        var fits = await RawHttp.AskAsync(host.Ports.Http, Begin + new string('x', 1_024 - Begin.Length - End.Length) + End);
        var exceeds = await RawHttp.AskAsync(host.Ports.Http, Begin + new string('x', bytes) + End);
        var endless = await RawHttp.AskAsync(
            host.Ports.Http, "POST /msg_server HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

        Assert.Equal("HTTP/1.1 200 OK", fits.Status);
        Assert.Equal("HTTP/1.1 413 Payload Too Large", exceeds.Status);
        Assert.Equal("HTTP/1.1 413 Payload Too Large", endless.Status);
    }

    [Fact]
    public async Task Client_is_sent_to_the_gateway_with_the_fewest_connections()
    {
        await using var host = await GatewayHost.StartAsync();
        await OfferAsync(host.Cluster, new([IPAddress.Parse("192.0.2.6")], 8000, 3, 100, IsOpen: true));
        await OfferAsync(host.Cluster, new([IPAddress.Parse("2001:db8::7"), IPAddress.Parse(Other)], 8007, 1, 100, IsOpen: true));
        using var one = await host.ConnectAsync();
        using var two = await host.ConnectAsync();
        await one.ExpectNothingYetAsync();
        await two.ExpectNothingYetAsync();

        // Of its addresses the one that this client, which came by IPv4, can reach.
        Assert.Equal(new(Other, Other, 8007), await AskAsync(host));
    }

    [Fact]
    public async Task Crowd_that_comes_at_once_is_shared_out()
    {
        await using var host = await GatewayHost.StartAsync();
        await OfferAsync(host.Cluster, new([IPAddress.Parse(Other)], 8007, 4, 100, IsOpen: true));

        List<int> ports = [];
        for (var asked = 0; asked < 24; asked++)
            ports.Add((await AskAsync(host)).Port);

        Assert.Equal((14, 10), (ports.Count(port => port == host.Port), ports.Count(port => port == 8007)));
    }

    [Fact]
    public async Task Full_gateways_are_left_out_and_if_all_are_full_the_client_is_told_so()
    {
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(time: time, settings: [("MaxConnections", "1")]);
        using var client = await host.ConnectAsync();
        await client.ExpectNothingYetAsync();
        var other = await OfferAsync(host.Cluster, new([IPAddress.Parse(Other)], 8007, 9, 10, IsOpen: true));
        Assert.Equal(8007, (await AskAsync(host)).Port);

        await OfferAsync(host.Cluster, new([IPAddress.Parse(Other)], 8007, 10, 10, IsOpen: true), other);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("""{"code":2,"msg":"every server is full, please try again later"}""", (await RawHttp.GetAsync(host.Ports.Http)).Body);
    }

    [Fact]
    public async Task Gateways_that_are_not_ready_or_stop_are_left_out_and_if_there_is_no_other_the_client_is_told_so()
    {
        var health = new Health();
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(
            time: time, services: services => services.AddHealthChecks().AddCheck("store", health));
        await OfferAsync(host.Cluster, new([IPAddress.Parse(Other)], 8007, 0, 10, IsOpen: false));
        Assert.Equal(host.Port, (await AskAsync(host)).Port);

        health.IsWell = false;
        await Eventually.HoldsAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return (await RawHttp.GetAsync(host.Ports.Http)).Body == """{"code":1,"msg":"no server is available, please try again later"}""";
        });

        health.IsWell = true;
        await Eventually.HoldsAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return (await RawHttp.GetAsync(host.Ports.Http)).Body.Contains($"\"port\":\"{host.Port}\"", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Stopping_gateway_sends_clients_elsewhere_and_others_send_nobody_to_it()
    {
        var work = new Work();
        await using var host = await GatewayHost.StartAsync(services: services => services.AddSingleton<IDrainable>(work));
        await using var other = await GatewayHost.StartAsync(host.Cluster);
        await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Android);

        var stopping = host.StopAsync();
        await work.Asked.Task;
        var (toldHere, toldThere) = (await AskAsync(host), await AskAsync(other));
        work.Done.SetResult();
        await stopping;

        Assert.Equal((other.Port, other.Port), (toldHere.Port, toldThere.Port));
    }

    [Fact]
    public async Task Registry_that_is_down_leaves_what_was_known_of_others_and_the_gateway_itself()
    {
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(time: time);
        await OfferAsync(host.Cluster, new([IPAddress.Parse(Other)], 8007, 0, 10, IsOpen: true));
        await AskAsync(host);
        host.Cluster.Presence.IsDown = true;
        time.Advance(TimeSpan.FromSeconds(1));

        var ports = new HashSet<int>();
        for (var asked = 0; asked < 4; asked++)
            ports.Add((await AskAsync(host)).Port);

        Assert.Equal([8007, host.Port], ports.Order());
    }

    [Fact]
    public async Task Who_asks_too_often_is_told_to_wait()
    {
        await using var host = await GatewayHost.StartAsync(settings: [("DiscoveryPerSecond", "1")]);

        RawHttp answer;
        do
        {
            answer = await RawHttp.GetAsync(host.Ports.Http);
        }
        while (answer.Status == "HTTP/1.1 200 OK");

        Assert.Equal("HTTP/1.1 429 Too Many Requests", answer.Status);
        Assert.Contains("Retry-After: 1", answer.Headers);
        Assert.True(host.Meter.Sum("im_discovery_total", "limited") >= 1);
    }

    [Fact]
    public async Task Http_connections_beyond_the_limit_are_closed_on_arrival_and_tcp_is_not_concerned()
    {
        await using var host = await GatewayHost.StartAsync(settings: [("HttpConnectionsMax", "1")]);
        using (var kept = new TcpClient())
        {
            await kept.ConnectAsync(IPAddress.Loopback, host.Ports.Http, TestContext.Current.CancellationToken);
            await Eventually.HoldsAsync(async () =>
            {
                try
                {
                    using var next = await WireClient.ConnectAsync(host.Ports.Http);
                    await next.SendAsync("GET /discovery HTTP/1.0\r\n\r\n"u8.ToArray());
                    await next.ExpectClosedAsync();
                }
                catch (Exception exception) when (exception is IOException or SocketException)
                {
                    // Closed while it was coming in, or before the question was out.
                }

                return host.Meter.Sum("im_connections_refused_total", "http") > 0;
            });
            using var client = await host.ConnectAsync();
            await client.ExpectNothingYetAsync();
        }
    }

    [Fact]
    public async Task Http_port_may_be_shut()
    {
        await using var host = await GatewayHost.StartAsync(settings: [("HttpPort", "-1")]);
        using var client = await host.ConnectAsync();

        await client.SendAsync(Command.MsgServReq, 5);

        Assert.Equal((uint)host.Port, (await client.ReceiveAsync(Command.MsgServRsp, IMMsgServRsp.Parser, sequence: 5)).Port);
        Assert.Throws<InvalidOperationException>(() => host.Ports.Http);
    }

    [Fact]
    public async Task Command_on_the_tcp_port_is_answered_without_login_and_the_connection_closed()
    {
        await using var host = await GatewayHost.StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync(Command.MsgServReq, 5);
        var answer = await client.ReceiveAsync(Command.MsgServRsp, IMMsgServRsp.Parser, sequence: 5);

        Assert.Equal(
            new IMMsgServRsp { ResultCode = ResultType.Ok, PriorIp = "127.0.0.1", BackipIp = "127.0.0.1", Port = (uint)host.Port }, answer);
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task Page_list_holds_what_is_configured_and_may_be_empty()
    {
        await using var empty = await GatewayHost.StartAsync();
        await using var host = await GatewayHost.StartAsync(settings:
        [
            ("DiscoveryItems:0:Name", "Wiki"), ("DiscoveryItems:0:Url", "https://wiki.example/"), ("DiscoveryItems:0:Priority", "3"),
            ("DiscoveryItems:1:Name", "Lunch"), ("DiscoveryItems:1:Url", "https://lunch.example/"),
        ]);

        var items = JsonDocument.Parse((await RawHttp.GetAsync(host.Ports.Http, "/discovery?page=1")).Body).RootElement;

        Assert.Equal(
            [("Wiki", "https://wiki.example/", 3), ("Lunch", "https://lunch.example/", 0)],
            items.EnumerateArray().Select(item => (
                item.GetProperty("itemName").GetString()!,
                item.GetProperty("itemUrl").GetString()!,
                item.GetProperty("itemPriority").GetInt32())));
        Assert.Equal("[]", (await RawHttp.GetAsync(empty.Ports.Http, "/discovery")).Body);
    }

    private static async Task<DiscoveryReply> AskAsync(GatewayHost host) =>
        DiscoveryReply.Parse((await RawHttp.GetAsync(host.Ports.Http)).Body);

    private static async Task<GatewayAddress> OfferAsync(TestCluster cluster, GatewayOffer offer, GatewayAddress? gateway = null)
    {
        var address = gateway ?? new($"other-{Guid.NewGuid():N}", 1);
        await cluster.Presence.RenewAsync(address, s_long, TestContext.Current.CancellationToken);
        await cluster.Presence.OfferAsync(address, offer, s_long, TestContext.Current.CancellationToken);
        return address;
    }

    private sealed class Health : IHealthCheck
    {
        public bool IsWell { get; set; } = true;

        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
            Task.FromResult(IsWell ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
    }

    private sealed class Work : IDrainable
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task SettleAsync(CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            return Done.Task.WaitAsync(cancellationToken);
        }
    }
}
