using BrokerIm.Core;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway;

/// <summary>The gateway role.</summary>
public static class GatewayServiceCollectionExtensions
{
    /// <summary>
    /// Registers the role. It needs the ports user directory, conversation reader, presence writer, delivery sender and receiver
    /// and the inbound log, and <see cref="GatewayEndpoints.ListenForClients"/> on Kestrel.
    /// </summary>
    public static IServiceCollection AddGateway(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => new GatewayMetrics(Telemetry.Meter));

        services.AddSingleton<GatewayIdentity>();
        services.AddSingleton<ConnectionTable>();
        services.AddSingleton<CommandTable>();
        services.AddSingleton<SignalHandler>();
        return services;
    }
}
