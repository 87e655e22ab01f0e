using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Gateway;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BrokerIm.Server.Demo;

/// <summary>Three accounts for a first look.</summary>
internal static class DemoAccounts
{
    private const string Password = "demo";
    private static readonly string[] s_names = ["alice", "bob", "carol"];

    /// <summary>Creates those that are not there yet.</summary>
    public static async Task CreateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var directory = services.GetRequiredService<IUserDirectoryWriter>();
        var department = await directory.GetOrAddDepartmentAsync("Demo", parentId: 0, cancellationToken);
        foreach (var name in s_names)
        {
            if (await directory.FindAsync(name, cancellationToken) is not null)
                continue;

            var credential = PasswordRecord.Create(PasswordRecord.ClientText(Password), PasswordRecord.DefaultIterations);
            var nick = char.ToUpperInvariant(name[0]) + name[1..];
            await directory.AddAsync(
                new(name, credential.ToString(), nick, DepartmentId: department.Id, Domain: name), cancellationToken);
        }
    }

    /// <summary>Tells a newcomer how to see the server work.</summary>
    public static void SayWhatToTypeNext(IServiceProvider services, IConfiguration settings)
    {
        var gateway = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var port = gateway.Port;
        var server = port == new GatewayOptions().Port ? "" : $" --server 127.0.0.1:{port}";
        var admin = settings["Admin:Address"] ?? new Hosting.AdminOptions().Address;
        Console.WriteLine(
            $"""

            BrokerIm is ready. Accounts: {string.Join(", ", s_names)}; password: {Password}.
            Talk to yourself from two more terminals in this folder:

              dotnet run --project Server -- chat bob --as alice --password {Password}{server}
              dotnet run --project Server -- chat alice --as bob --password {Password}{server}

            {(gateway.HttpPort > 0 ? HowClientsConnect(gateway.HttpPort) : "")}Health and metrics: http://{admin}/ready and http://{admin}/metrics. Ctrl+C stops the server.

            """);
    }

    private static string HowClientsConnect(int port) =>
        $"""
        TeamTalk clients take http://127.0.0.1:{port}/msg_server as their login server; on another machine, this one's name or
        address instead of 127.0.0.1. WebSockets: ws://127.0.0.1:{port}/ws.

        """;
}
