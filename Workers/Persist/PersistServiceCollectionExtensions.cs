using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Persist;

/// <summary>Adds the Persist role.</summary>
public static class PersistServiceCollectionExtensions
{
    /// <summary>Adds the worker that gives messages their ids and stores them. The adapters come from the caller.</summary>
    public static IServiceCollection AddPersist(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PersistOptions>().Bind(configuration.GetSection(PersistOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PersistOptions>, PersistOptionsValidator>();
        services.TryAddSingleton<RetryForever>();
        services.TryAddSingleton<IPersistCommit, StagedPersistCommit>();
        services.AddSingleton<ConversationCache>();
        services.AddSingleton<PoisonBox>();
        services.AddSingleton<ErasedMessages>();
        services.AddSingleton<IBatchHandler<InboundRecord>, PersistHandler>();
        services.AddHostedService<LogPump<InboundRecord>>();
        return services;
    }
}
