using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Gateway.Http;
using BrokerIm.Server.Hosting;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Flow;

/// <summary>The whole server in this process: which port answers what, and messages between clients of different doors.</summary>
public sealed class EdgeOfEmbeddedTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("brokerim-edge-").FullName;
    private WebApplication _app = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ClientPorts Ports => _app.Services.GetRequiredService<ClientPorts>();

    // Kestrel lists what it listens on in the order it was told.
    private int AdminPort => new Uri(_app.Urls.First()).Port;

    public async ValueTask InitializeAsync()
    {
        _app = RoleHost.Build("embedded", Settings(("Gateway:Port", "0"), ("Gateway:HttpPort", "0")));
        await _app.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Nothing_below_the_working_directory_is_watched() => Assert.DoesNotContain(
        ((IConfigurationRoot)_app.Configuration).Providers.OfType<FileConfigurationProvider>(), static file => file.Source.ReloadOnChange);

    [Theory]
    [InlineData("/live")]
    [InlineData("/ready")]
    [InlineData("/metrics")]
    public async Task Operators_endpoints_are_on_the_admin_port_alone(string path)
    {
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(AdminPort, path));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(Ports.Http, path));
    }

    [Theory]
    [InlineData("/msg_server", HttpStatusCode.OK)]
    [InlineData("/discovery", HttpStatusCode.OK)]
    [InlineData("/ws", HttpStatusCode.UpgradeRequired)]
    [InlineData("/", HttpStatusCode.NotFound)]
    public async Task Clients_endpoints_are_on_the_client_port_alone(string path, HttpStatusCode status)
    {
        Assert.Equal(status, await StatusAsync(Ports.Http, path));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(AdminPort, path));
    }

    [Fact]
    public async Task Messages_go_both_ways_between_a_websocket_and_a_socket()
    {
        var (web, tcp) = (await AddUserAsync("web"), await AddUserAsync("tcp"));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new($"ws://127.0.0.1:{Ports.Http}/ws"), Token);
        using var one = WireClient.Over(WebSocketStream.Create(socket, WebSocketMessageType.Binary));
        await one.LoginAsync("web", ClientType.Android);
        using var other = await WireClient.ConnectAsync(Ports.Tcp);
        await other.LoginAsync("tcp", ClientType.Android);

        await SendAsync(one, from: web, to: tcp, sequence: 3, "from the web"u8.ToArray());
        var received = await other.ReceiveAsync(Command.MsgData, IMMsgData.Parser);
        Assert.Equal((web, 1u, "from the web"), (received.FromUserId, received.MsgId, received.MsgData.ToStringUtf8()));

        await SendAsync(other, from: tcp, to: web, sequence: 4, "to the web"u8.ToArray());
        received = await one.ReceiveAsync(Command.MsgData, IMMsgData.Parser);
        Assert.Equal((tcp, 2u, "to the web"), (received.FromUserId, received.MsgId, received.MsgData.ToStringUtf8()));
    }

    [Theory]
    [InlineData("Gateway:HttpPort")]
    [InlineData("Gateway:Port")]
    public async Task Port_that_is_taken_stops_the_start_with_a_message_that_names_its_key(string key)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        string[] keys = ["Gateway:HttpPort", "Gateway:Port"];

        var (exitCode, output) = await BrokerImProcess.RunAsync(
            ["embedded", "--data", Path.Combine(_folder, "another"), "--set", "Admin:Address=127.0.0.1:0", "--set", "Gateway:Address=127.0.0.1",
                .. keys.SelectMany(one => new[] { "--set", $"{one}={(one == key ? port : 0)}" })],
            Token);

        Assert.Equal(2, exitCode);
        Assert.Contains($"{key} is '{port}', and another process listens there", output, StringComparison.Ordinal);
        Assert.DoesNotContain("BackgroundService failed", output, StringComparison.Ordinal);
    }

    private static async Task SendAsync(WireClient client, uint from, uint to, ushort sequence, byte[] text)
    {
        await client.SendAsync(Command.MsgData, sequence, new IMMsgData
        {
            FromUserId = from,
            ToSessionId = to,
            MsgId = 0,
            CreateTime = 0,
            MsgType = MsgType.SingleText,
            MsgData = ByteString.CopyFrom(text),
        });
        await client.ReceiveAsync(Command.MsgDataAck, IMMsgDataAck.Parser, sequence);
    }

    private static async Task<HttpStatusCode> StatusAsync(int port, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"), Token);
        return answer.StatusCode;
    }

    private async Task<uint> AddUserAsync(string name)
    {
        var credential = PasswordRecord.Create(PasswordRecord.ClientText(TestCluster.Password), iterations: 1).ToString();
        var user = await _app.Services.GetRequiredService<IUserDirectoryWriter>().AddAsync(
            new(name, credential, name, Domain: name), Token);
        return user!.Id.Value;
    }

    private IConfigurationRoot Settings(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)).Concat(
        [
            new("Admin:Address", "127.0.0.1:0"),
            new("Gateway:Address", "127.0.0.1"),
            new("Gateway:PasswordIterations", "1"),
            new("Gateway:DrainWindow", "00:00:00"),
            new("Embedded:DataDirectory", Path.Combine(_folder, "data")),
        ]))
        .Build();
}
