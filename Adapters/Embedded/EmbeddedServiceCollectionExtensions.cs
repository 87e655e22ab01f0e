using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Adds what needs no other service: everything in one process and one file, or only the stores.</summary>
public static class EmbeddedServiceCollectionExtensions
{
    /// <summary>Adds all adapters of a server that is one process. A second one on the same data refuses to start.</summary>
    public static IServiceCollection AddEmbeddedAdapters(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSqliteStores(configuration);
        services.AddHostedService<DataDirectoryLock>();

        services.AddSingleton<EmbeddedInboundLog>();
        services.AddSingleton<ILogWriter<InboundRecord>>(Same<EmbeddedInboundLog>);
        services.AddSingleton<ILogReader<InboundRecord>>(Same<EmbeddedInboundLog>);

        services.AddSingleton<OutboundTable>();
        services.AddSingleton<SqliteOutboundLog>();
        services.AddSingleton<ILogReader<OutboundRecord>>(Same<SqliteOutboundLog>);
        services.AddSingleton<IPersistCommit, SqlitePersistCommit>();

        services.AddSingleton<MemoryPresence>();
        services.AddSingleton<IPresenceWriter>(Same<MemoryPresence>);
        services.AddSingleton<IPresenceReader>(Same<MemoryPresence>);
        services.AddSingleton(provider => new MemoryDeliveryBus(provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<IDeliverySender>(Same<MemoryDeliveryBus>);
        services.AddSingleton<IDeliveryReceiver>(Same<MemoryDeliveryBus>);
        return services;
    }

    /// <summary>
    /// Adds the conversation store and the user directory. Several processes on one machine may share the file.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">All settings.</param>
    /// <param name="alone">Whether to refuse to start while an embedded server runs on the data, and to keep it from starting.</param>
    public static IServiceCollection AddSqliteStores(
        this IServiceCollection services, IConfiguration configuration, bool alone = false)
    {
        if (alone)
            services.AddHostedService<DataDirectoryLock>();
        services.AddOptions<EmbeddedOptions>().Bind(configuration.GetSection(EmbeddedOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EmbeddedOptions>, EmbeddedOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton<SqliteDatabase>();
        services.AddSingleton<SqliteWriter>();
        services.AddSingleton<SqliteReaders>();

        services.AddSingleton(EmbeddedLayout.Layout);
        services.AddSingleton<ILogHistory<InboundRecord>, EmbeddedInboundHistory>();
        services.AddSingleton<SqliteConversationStore>();
        services.AddSingleton<IConversationStore>(Same<SqliteConversationStore>);
        services.AddSingleton<IConversationReader>(Same<SqliteConversationStore>);
        services.AddSingleton<IGroupIds, SqliteGroupIds>();
        services.AddSingleton<IGroupReader>(Same<SqliteConversationStore>);
        services.AddSingleton<IUserDirectoryWriter, SqliteUserDirectory>();
        services.AddSingleton<IUserDirectory>(Same<IUserDirectoryWriter>);
        services.AddSingleton<IDirectoryImport, SqliteDirectoryImport>();
        services.AddSingleton<IDevices, SqliteDevices>();
        services.AddSingleton<IResumeTokens, SqliteResumeTokens>();
        services.AddSingleton(provider => new SqliteBackup(provider.GetRequiredService<SqliteDatabase>()));
        services.AddSingleton<SqliteDeadLetters>();
        services.AddSingleton<ILogWriter<DeadLetter>>(Same<SqliteDeadLetters>);
        services.AddSingleton<IDeadLetterReader>(Same<SqliteDeadLetters>);
        return services;
    }

    /// <summary>One object behind several ports.</summary>
    private static TService Same<TService>(IServiceProvider provider)
        where TService : notnull => provider.GetRequiredService<TService>();
}
