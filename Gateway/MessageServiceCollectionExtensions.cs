using BrokerIm.Core;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Connections;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Groups;
using BrokerIm.Gateway.Inbound;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Queries;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace BrokerIm.Gateway;

/// <summary>The part of the gateway that concerns messages: into the log, out to clients, and questions about the past.</summary>
internal static class MessageServiceCollectionExtensions
{
    /// <summary>
    /// Registers it. Comes before whatever lets clients in: what is registered first starts first and stops last, so deliveries are
    /// heard before the first login and until the last connection is gone.
    /// </summary>
    public static IServiceCollection AddMessages(this IServiceCollection services)
    {
        services.TryAddSingleton<RetryForever>();
        services.AddSingleton<QueryDeadline>();
        return services.AddDelivery().AddInbound().AddQueries();
    }

    private static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => new DeliveryMetrics(Telemetry.Meter));
        services.AddSingleton<Answers>();
        services.AddSingleton<SessionCheck>();
        services.AddSingleton<SessionFeed>();
        services.AddSingleton<GroupAccess>();
        services.AddRunning<GapFiller>();
        services.AddRunning<LargeGroups>();
        services.AddRunning<Sweeper>();
        services.AddSingleton<IPresenceLossObserver>(static provider => provider.GetRequiredService<Sweeper>());
        services.AddRunning<LoginCheck>();
        services.AddSingleton<ISessionObserver>(provider => provider.GetRequiredService<LoginCheck>());
        services.AddRunning<DeliverySilence>();
        services.AddRunning<DeliveryPump>();
        return services;
    }

    private static IServiceCollection AddInbound(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => new InboundMetrics(Telemetry.Meter));
        services.AddSingleton<KnownUsers>();
        services.AddSingleton<RecordPublisher>();
        services.AddSingleton<PipelineLag>();
        services.AddRunning<InboundLanes>();
        services.AddSingleton<IDrainable>(provider => provider.GetRequiredService<InboundLanes>());
        services.AddSingleton<ICommandModule, MessageCommands>();
        services.AddSingleton<ICommandModule, SessionRemoval>();
        services.AddSingleton<ICommandModule, GroupCommands>();
        return services;
    }

    private static IServiceCollection AddQueries(this IServiceCollection services)
    {
        services.AddSingleton<PreviewList>();
        services.AddSingleton<ConversationList>();
        services.AddSingleton<ConversationViews>();
        services.AddSingleton<HistoryReader>();
        services.AddSingleton<ICommandModule, UnreadQuery>();
        services.AddSingleton<ICommandModule, RecentSessionsQuery>();
        services.AddSingleton<ICommandModule, HistoryQueries>();
        services.AddSingleton<ICommandModule, DirectoryQueries>();
        services.AddSingleton<ICommandModule, GroupQueries>();
        return services;
    }
}
