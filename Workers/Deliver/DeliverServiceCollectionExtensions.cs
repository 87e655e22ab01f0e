using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Deliver;

/// <summary>Adds the Deliver role.</summary>
public static class DeliverServiceCollectionExtensions
{
    /// <summary>Adds the worker that brings stored messages to the gateways. The adapters come from the caller.</summary>
    public static IServiceCollection AddDeliver(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DeliverOptions>().Bind(configuration.GetSection(DeliverOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DeliverOptions>, DeliverOptionsValidator>();
        services.TryAddSingleton<RetryForever>();
        services.AddSingleton<PresenceCache>();
        services.AddSingleton<GroupRosters>();
        services.AddSingleton<GatewayLinks>();
        services.AddSingleton<IBatchHandler<OutboundRecord>, DeliverHandler>();
        services.AddHostedService<DeliverWatch>();
        services.AddHostedService<LogPump<OutboundRecord>>();
        return services;
    }
}
