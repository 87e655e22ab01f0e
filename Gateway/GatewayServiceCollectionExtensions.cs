using BrokerIm.Core;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Connections;
using BrokerIm.Gateway.Directory;
using BrokerIm.Gateway.Http;
using BrokerIm.Gateway.Http.Discovery;
using BrokerIm.Gateway.Http.Tls;
using BrokerIm.Gateway.Http.WebSockets;
using BrokerIm.Gateway.Login;
using BrokerIm.Gateway.Peers;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Gateway.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway;

/// <summary>The gateway role.</summary>
public static class GatewayServiceCollectionExtensions
{
    /// <summary>
    /// Registers the role. It needs the ports user directory and its writer, devices, conversation and group reader, group numbers,
    /// presence writer, delivery sender and receiver and the inbound log, <see cref="GatewayEndpoints.ListenForClients"/> on Kestrel
    /// and <see cref="ClientHttpExtensions.UseClientHttp"/> in the application.
    /// </summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => new GatewayMetrics(Telemetry.Meter));
        services.AddSingleton<GatewayIdentity>();
        services.AddOptions<HostOptions>().PostConfigure<IOptions<GatewayOptions>>(static (host, gateway) => host.ShutdownTimeout =
            TimeSpan.FromTicks(Math.Max(host.ShutdownTimeout.Ticks, GatewayDrain.Max(gateway.Value).Ticks)));

        return services.AddMessages().AddConnections().AddPresence().AddDirectory().AddLogin().AddEdge();
    }

    // Last, because what is added last is told first that the gateway stops: nobody is to be sent here any more.
    private static IServiceCollection AddEdge(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<GatewayOptions>, CertificateCheck>();
        services.AddSingleton<ClientPorts>();
        services.AddSingleton<HttpDoor>();
        services.AddSingleton<ServerCertificate>();
        services.AddHostedService<CertificateWatch>();
        services.AddSingleton<OwnOffer>();
        services.AddSingleton<OfferList>();
        services.AddSingleton<GatewayChooser>();
        services.AddSingleton<DiscoveryLimit>();
        services.AddSingleton<DiscoveryUrls>();
        services.AddSingleton<DiscoveryEndpoint>();
        services.AddSingleton<ICommandModule, DiscoveryModule>();
        services.AddSingleton<OriginRule>();
        services.AddSingleton<WebSocketEndpoint>();
        services.AddHostedService<OfferPublisher>();
        return services;
    }

    private static IServiceCollection AddConnections(this IServiceCollection services)
    {
        services.AddSingleton<IConnectionListenerFactory, LeanTransport>();
        services.AddSingleton<ConnectionTable>();
        services.AddSingleton<GatewayConnectionHandler>();
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<CommandTable>();
        services.AddSingleton<CommandDispatcher>();
        services.AddSingleton<CommandLoop>();
        services.AddSingleton<ICommandModule, ConnectionModule>();
        services.AddHostedService<SessionWatch>();
        services.AddHostedService<GatewayDrain>();
        return services;
    }

    private static IServiceCollection AddPresence(this IServiceCollection services)
    {
        services.AddSingleton<Kicks>();
        services.AddSingleton<PresenceNews>();
        services.AddSingleton<Departures>();
        services.AddSingleton<StatusCache>();
        services.AddSingleton<SignalHandler>();
        services.AddSingleton<ICommandModule, PresenceModule>();
        services.AddRunning<PresenceKeeper>();
        services.AddRunning<SignalOutbox>();
        services.AddRunning<Roster>();
        services.AddRunning<OnlineElsewhere>();
        services.AddRunning<PeerRelay>();
        services.AddSingleton<ICommandModule, PeerModule>();
        return services;
    }

    private static IServiceCollection AddDirectory(this IServiceCollection services)
    {
        services.AddSingleton<ICommandModule, ProfileModule>();
        services.AddSingleton<ICommandModule, DeviceModule>();
        return services;
    }

    private static IServiceCollection AddLogin(this IServiceCollection services)
    {
        services.AddSingleton<LoginThrottle>();
        services.AddSingleton<ResumeTokens>();
        services.AddSingleton<VerifiedPasswords>();
        services.AddSingleton<PasswordUpgrade>();
        services.AddSingleton<PasswordChecker>();
        services.AddSingleton<Authenticator>();
        services.AddSingleton<Arrivals>();
        services.AddSingleton<ICommandModule, LoginModule>();
        services.AddSingleton<ICommandModule, LogoutModule>();
        return services;
    }

    // One object that others talk to and the host runs.
    internal static IServiceCollection AddRunning<TService>(this IServiceCollection services)
        where TService : class, IHostedService
    {
        services.AddSingleton<TService>();
        return services.AddHostedService(provider => provider.GetRequiredService<TService>());
    }
}
