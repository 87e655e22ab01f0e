using System.Net;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Http;
using BrokerIm.LoadTests.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrokerIm.LoadTests.Rivals.Null;

/// <summary>
/// BrokerIm's gateway with nothing behind it. What it costs is the part of sockets and protocol in what BrokerIm costs; the rest is
/// the price of giving ids that last, storing, and finding receivers.
/// </summary>
internal sealed class NullServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private NullServer(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public EndPoint Address => new IPEndPoint(IPAddress.Loopback, new Uri(_app.Urls.Single()).Port);

    /// <summary>Starts it on the loopback interface.</summary>
    /// <param name="users">Who may log in.</param>
    /// <param name="port">TCP port; 0 lets the system choose.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<NullServer> StartAsync(IReadOnlyList<LoadUser> users, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:Id"] = "null",
            ["Gateway:Address"] = $"{IPAddress.Loopback}",
            ["Gateway:Port"] = $"{port}",
            ["Gateway:HttpPort"] = "-1",
            ["Gateway:MessagesPerSecond"] = "0",
            ["Gateway:PasswordIterations"] = "1",
            ["Gateway:DrainWindow"] = "00:00:00",
        });
        AddPorts(builder.Services, users).AddGateway(builder.Configuration);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ListenForClients());

        var app = builder.Build();
        try
        {
            app.UseClientHttp();
            await app.StartAsync(cancellationToken);
            return new(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs until the process is told to stop.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static IServiceCollection AddPorts(IServiceCollection services, IReadOnlyList<LoadUser> users)
    {
        var (directory, devices, groups) = (new NullUsers(users), new NullDevices(), new NullGroups());
        var conversations = new NullConversations();
        var pipeline = new NullPipeline(conversations);
        return services
            .AddSingleton<IUserDirectory>(directory)
            .AddSingleton<IUserDirectoryWriter>(directory)
            .AddSingleton<IDevices>(devices)
            .AddSingleton<IResumeTokens>(devices)
            .AddSingleton<IConversationReader>(conversations)
            .AddSingleton<IGroupReader>(groups)
            .AddSingleton<IGroupIds>(groups)
            .AddSingleton<IPresenceWriter, NullPresence>()
            .AddSingleton<ILogWriter<InboundRecord>>(pipeline)
            .AddSingleton<IDeliverySender>(pipeline)
            .AddSingleton<IDeliveryReceiver>(pipeline);
    }
}
