using System.Net.Sockets;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Http;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>One gateway in this process, on a real port of the loopback interface.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private readonly bool _ownsCluster;

    private GatewayHost(WebApplication app, TestCluster cluster, bool ownsCluster, MeterReader meter)
    {
        _app = app;
        _ownsCluster = ownsCluster;
        Cluster = cluster;
        Meter = meter;
    }

    public TestCluster Cluster { get; }

    public MeterReader Meter { get; }

    public int Port => Ports.Tcp;

    /// <summary>Ports of the doors that the settings open.</summary>
    public ClientPorts Ports => _app.Services.GetRequiredService<ClientPorts>();

    public ConnectionTable Table => _app.Services.GetRequiredService<ConnectionTable>();

    public GatewayIdentity Identity => _app.Services.GetRequiredService<GatewayIdentity>();

    public static async Task<GatewayHost> StartAsync(
        TestCluster? cluster = null,
        TimeProvider? time = null,
        (string Key, string Value)[]? settings = null,
        Action<IServiceCollection>? services = null,
        TcpTransport transport = TcpTransport.Lean)
    {
        var ownsCluster = cluster is null;
        cluster ??= new();
        var meter = new MeterReader();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:Id"] = $"test-{Guid.NewGuid():N}",
            ["Gateway:Address"] = "127.0.0.1",
            ["Gateway:Port"] = "0",
            ["Gateway:Transport"] = $"{transport}",
            ["Gateway:HttpPort"] = "0",
            ["Gateway:PasswordIterations"] = "1",
            ["Gateway:DrainWindow"] = "00:00:00",
            ["Gateway:SweepJitter"] = "00:00:00",
        });
        builder.Configuration.AddInMemoryCollection(
            (settings ?? []).Select(setting => KeyValuePair.Create($"Gateway:{setting.Key}", (string?)setting.Value)));

        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(new GatewayMetrics(meter.Meter));
        builder.Services.AddSingleton<IUserDirectory>(cluster.Directory);
        builder.Services.AddSingleton<IUserDirectoryWriter>(cluster.Directory);
        builder.Services.AddSingleton<IDevices>(cluster.Devices);
        builder.Services.AddSingleton<IResumeTokens>(cluster.ResumeTokens);
        builder.Services.AddSingleton(cluster.Conversations);
        builder.Services.AddSingleton(cluster.Groups);
        builder.Services.AddSingleton(cluster.GroupIds);
        builder.Services.AddSingleton<IPresenceWriter>(cluster.Presence);
        builder.Services.AddSingleton<IDeliverySender>(cluster.Bus);
        builder.Services.AddSingleton(cluster.Deliveries);
        builder.Services.AddSingleton<ILogWriter<InboundRecord>>(new InMemoryLog());
        builder.Services.AddGateway(builder.Configuration);
        services?.Invoke(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenForClients();
        });

        var app = builder.Build();
        app.UseClientHttp();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, cluster, ownsCluster, meter);
    }

    /// <inheritdoc cref="TestCluster.AddUserAsync"/>
    public Task<UserProfile> AddUserAsync(string name, string nick = "", uint status = 0) =>
        Cluster.AddUserAsync(name, nick, status);

    /// <summary>A connection to this gateway.</summary>
    public Task<WireClient> ConnectAsync() => WireClient.ConnectAsync(Port);

    /// <summary>A connection that has logged in; its login response is read.</summary>
    public async Task<WireClient> LoginAsync(string name, ClientType client)
    {
        var connection = await ConnectAsync();
        await connection.LoginAsync(name, client);
        return connection;
    }

    /// <summary>A newcomer finds the door shut: the connection ends without a word, however far it got.</summary>
    public async Task ExpectTurnedAwayAsync()
    {
        try
        {
            using var newcomer = await ConnectAsync();
            await newcomer.ExpectClosedAsync();
        }
        catch (SocketException exception)
        {
            Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        }
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Meter.Dispose();
        if (_ownsCluster)
            await Cluster.DisposeAsync();
    }
}
