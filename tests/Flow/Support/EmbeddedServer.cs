using BrokerIm.Adapters.Embedded;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Http;
using BrokerIm.Workers.Deliver;
using BrokerIm.Workers.Persist;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>The whole pipeline in this process, as the embedded server has it, spoken to in frames.</summary>
internal sealed class EmbeddedServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly WebApplication _app;

    private EmbeddedServer(WebApplication app, string folder) => (_app, _folder) = (app, folder);

    public int Port => Ports.Tcp;

    public ClientPorts Ports => _app.Services.GetRequiredService<ClientPorts>();

    public IServiceProvider Services => _app.Services;

    public static Task<EmbeddedServer> StartAsync(params (string Key, string Value)[] settings) =>
        StartAsync(static _ => { }, settings);

    /// <summary>With services of the test's own, which go before the server's.</summary>
    public static async Task<EmbeddedServer> StartAsync(
        Action<IServiceCollection> services, params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("brokerim-protocol-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Embedded:DataDirectory"] = folder,
            ["Gateway:Id"] = "embedded",
            ["Gateway:Address"] = "127.0.0.1",
            ["Gateway:Port"] = "0",
            ["Gateway:HttpPort"] = "0",
            ["Gateway:PasswordIterations"] = "1",
            ["Gateway:DrainWindow"] = "00:00:00",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)));
        services(builder.Services);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<RetryForever>();
        builder.Services.AddEmbeddedAdapters(builder.Configuration)
            .AddPersist(builder.Configuration).AddDeliver(builder.Configuration).AddGateway(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForClients());

        var app = builder.Build();
        app.UseClientHttp();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, folder);
    }

    /// <summary>Adds users with the test password.</summary>
    public async Task<uint[]> AddUsersAsync(params string[] names)
    {
        var directory = Services.GetRequiredService<IUserDirectoryWriter>();
        var credential = PasswordRecord.Create(PasswordRecord.ClientText(TestCluster.Password), iterations: 1).ToString();
        var ids = new List<uint>();
        foreach (var name in names)
            ids.Add((await directory.AddAsync(new(name, credential, name), TestContext.Current.CancellationToken))!.Id.Value);
        return [.. ids];
    }

    /// <summary>A connection that has logged in.</summary>
    public async Task<WireClient> LoginAsync(string name, ClientType client = ClientType.Windows)
    {
        var connection = await WireClient.ConnectAsync(Port);
        await connection.LoginAsync(name, client);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
