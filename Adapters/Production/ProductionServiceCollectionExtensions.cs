using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Adapters.Production.RabbitMq;
using BrokerIm.Adapters.Production.Redis;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production;

/// <summary>Adds the adapters to real brokers.</summary>
public static class ProductionServiceCollectionExtensions
{
    internal const string PersistGroup = "brokerim.persist";
    private const string DeliverGroup = "brokerim.deliver";

    /// <summary>
    /// Adds record log (Kafka), stores (Cassandra), presence (Redis) and delivery bus (RabbitMQ). Everything connects when it is first
    /// used, so a role opens what it needs and no more; only the checks of topics and keyspace run in each, before anything else
    /// starts.
    /// </summary>
    public static IServiceCollection AddProductionAdapters(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddKafka(configuration).AddCassandraStores(configuration).AddRedis(configuration).AddRabbitMq(configuration);
    }

    /// <summary>Adds conversation store and user directory (Cassandra), and the check of their keyspace.</summary>
    public static IServiceCollection AddCassandraStores(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddCassandra(configuration);
        services.AddHostedService<CassandraCheck>();
        services.AddSingleton(provider => provider.GetRequiredService<ICassandraConnector>().Open(
            provider.GetRequiredService<IOptions<CassandraOptions>>().Value.Keyspace));
        services.AddSingleton<CassandraConversationStore>();
        services.AddSingleton<IConversationStore>(provider => provider.GetRequiredService<CassandraConversationStore>());
        services.AddSingleton<IConversationReader>(provider => provider.GetRequiredService<CassandraConversationStore>());
        services.AddSingleton<IGroupIds, CassandraGroupIds>();
        services.AddSingleton<IGroupReader>(provider => provider.GetRequiredService<CassandraConversationStore>());
        services.AddSingleton<IUserDirectoryWriter, CassandraUserDirectory>();
        services.AddSingleton<IUserDirectory>(provider => provider.GetRequiredService<IUserDirectoryWriter>());
        services.AddSingleton<IDirectoryImport, CassandraDirectoryImport>();
        services.AddSingleton<IDevices, CassandraDevices>();
        services.AddSingleton<IResumeTokens, CassandraResumeTokens>();
        return services;
    }

    /// <summary>Adds what prepares a cluster and a broker for an installation: <see cref="CassandraMigration"/>, <see cref="KafkaTopicCreation"/>, <see cref="KafkaRewind"/>.</summary>
    public static IServiceCollection AddMigrations(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddCassandra(configuration);
        services.AddSingleton(provider => new CassandraMigration(
            provider.GetRequiredService<ICassandraConnector>(),
            provider.GetRequiredService<IOptions<CassandraOptions>>(),
            SchemaFile.All,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<CassandraMigration>>()));
        services.AddOptions<KafkaOptions>().Bind(configuration.GetSection(KafkaOptions.Section));
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidator>();
        services.AddSingleton<KafkaTopicCreation>();
        services.AddSingleton<KafkaRewind>();
        return services;
    }

    /// <summary>Adds what is kept of the inbound log, for commands that look through it.</summary>
    public static IServiceCollection AddInboundHistory(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<KafkaOptions>().Bind(configuration.GetSection(KafkaOptions.Section));
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidator>();
        services.AddSingleton(provider => new LogLayout(provider.Kafka().Epoch, provider.Kafka().Partitions));
        services.AddSingleton<KafkaRewind>();
        services.AddSingleton<ILogHistory<InboundRecord>>(provider => new KafkaInboundHistory(
            provider.Kafka().InboundTopic,
            provider.GetRequiredService<KafkaRewind>(),
            provider.GetRequiredService<IOptions<KafkaOptions>>()));
        return services;
    }

    private static void AddCassandra(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CassandraOptions>().Bind(configuration.GetSection(CassandraOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CassandraOptions>, CassandraOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ICassandraConnector, CqlCassandraConnector>();
    }

    private static IServiceCollection AddKafka(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<KafkaOptions>().Bind(configuration.GetSection(KafkaOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidator>();
        services.AddHostedService<KafkaTopicCheck>();
        services.AddSingleton<KafkaProducer>();
        services.AddSingleton(provider => new LogLayout(provider.Kafka().Epoch, provider.Kafka().Partitions));

        services.AddWriter<InboundRecord>(kafka => (kafka.InboundTopic, kafka.Partitions));
        services.AddReader(kafka => kafka.InboundTopic, PersistGroup, InboundRecord.Parser);
        services.AddWriter<OutboundRecord>(kafka => (kafka.OutboundTopic, kafka.Partitions));
        services.AddReader(kafka => kafka.OutboundTopic, DeliverGroup, OutboundRecord.Parser);
        services.AddWriter<DeadLetter>(kafka => (kafka.DeadLetterTopic, KafkaOptions.DeadLetterPartitions));
        services.AddSingleton<IDeadLetterReader, KafkaDeadLetters>();
        return services;
    }

    private static IServiceCollection AddRedis(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RedisOptions>().Bind(configuration.GetSection(RedisOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>();
        services.AddSingleton<RedisConnection>();
        services.AddSingleton<RedisPresenceReader>();
        services.AddSingleton<IPresenceReader>(provider => provider.GetRequiredService<RedisPresenceReader>());
        services.AddSingleton<IPresenceWriter, RedisPresence>();
        return services;
    }

    private static IServiceCollection AddRabbitMq(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RabbitMqOptions>().Bind(configuration.GetSection(RabbitMqOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RabbitMqOptions>, RabbitMqOptionsValidator>();
        services.AddSingleton<RabbitMqBus>();
        services.AddSingleton<IDeliverySender, RabbitMqDeliverySender>();
        services.AddSingleton<IDeliveryReceiver, RabbitMqDeliveryReceiver>();
        return services;
    }

    private static void AddWriter<TRecord>(
        this IServiceCollection services, Func<KafkaOptions, (string Topic, int Partitions)> target)
        where TRecord : IMessage => services.AddSingleton<ILogWriter<TRecord>>(provider =>
        {
            var (topic, partitions) = target(provider.Kafka());
            return new KafkaLogWriter<TRecord>(provider.GetRequiredService<KafkaProducer>(), topic, partitions);
        });

    private static void AddReader<TRecord>(
        this IServiceCollection services, Func<KafkaOptions, string> topic, string group, MessageParser<TRecord> parser)
        where TRecord : IMessage<TRecord> => services.AddSingleton<ILogReader<TRecord>>(provider =>
            new KafkaLogReader<TRecord>(
                topic(provider.Kafka()),
                group,
                parser,
                provider.GetRequiredService<IOptions<KafkaOptions>>(),
                provider.GetRequiredService<ILogger<KafkaLogReader<TRecord>>>()));

    private static KafkaOptions Kafka(this IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<KafkaOptions>>().Value;
}
