using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Tests.Flow;

/// <summary>Tells clients which server to connect to (protocol chapter 01): one that listens, in turn.</summary>
internal sealed class Discovery : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly Func<IReadOnlyList<int>> _ports;
    private int _turn;

    private Discovery(Func<IReadOnlyList<int>> ports)
    {
        _ports = ports;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapGet("/msg_server", ChooseAsync);
    }

    public Uri Address { get; private set; } = new("about:blank");

    public static async Task<Discovery> StartAsync(Func<IReadOnlyList<int>> ports)
    {
        var discovery = new Discovery(ports);
        await discovery._server.StartAsync();
        var bound = discovery._server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        discovery.Address = new(new Uri(bound.Single()), "/msg_server");
        return discovery;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<IResult> ChooseAsync(CancellationToken cancellationToken)
    {
        var ports = _ports();
        var first = Interlocked.Increment(ref _turn);
        for (var i = 0; i < ports.Count; i++)
        {
            var port = ports[(first + i) % ports.Count];
            if (await ListensAsync(port, cancellationToken))
                return Results.Json(new { code = 0, msg = "", priorIP = "127.0.0.1", backupIP = "127.0.0.1", port = $"{port}" });
        }

        return Results.Json(new { code = 1, msg = "no server" });
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
