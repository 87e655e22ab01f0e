using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Inbound;
using BrokerIm.Gateway.Login;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.Workload;
using BrokerIm.Simulation.World;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Simulation.Clients;

/// <summary>
/// A process in the gateway role: everything real from the message command to the lanes and from the bus to the connection, logins after
/// the password included. Sockets, passwords and what is no message are left out.
/// </summary>
internal sealed class GatewayProcess
{
    private readonly ServiceProvider _services;

    /// <summary>Starts it.</summary>
    public GatewayProcess(Cluster cluster, string id, CrashPlan crashes)
    {
        Cluster = cluster;
        Node = cluster.NewNode(id, crashes);
        var wire = new Wire(Node, cluster.Scheduler, cluster.Weather);
        var store = new StoreHand(wire, cluster.Replicas, cluster.Scheduler);
        var bus = new BusHand(wire, cluster.Bus);
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Gateway:Id", id), new("Gateway:SweepJitter", "00:00:00")]).Build();
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<ILoggerFactory>(new TraceLogs(Node, cluster.Scheduler))
            .AddSingleton<TimeProvider>(Node.Time)
            .AddSingleton(cluster.Scheduler.Random)
            .AddSingleton(new GatewayMetrics(cluster.Meter))
            .AddSingleton(new InboundMetrics(cluster.Meter))
            .AddSingleton(new DeliveryMetrics(cluster.Meter))
            .AddSingleton<IUserDirectory>(new UserList(wire))
            .AddSingleton<IConversationReader>(store)
            .AddSingleton<IGroupReader>(store)
            .AddSingleton<IPresenceWriter>(cluster.Variant.Presence(new PresenceHand(wire, cluster.Presence), Node))
            .AddSingleton<IDeliverySender>(bus)
            .AddSingleton<IDeliveryReceiver>(bus)
            .AddSingleton<ILogWriter<InboundRecord>>(new LogWriter<InboundRecord>("gateway.produce", wire, cluster.Inbound))
            .AddGateway(settings)
            .BuildServiceProvider();
        Commands = new(
            [ActivatorUtilities.CreateInstance<MessageCommands>(_services)],
            Get<IOptions<GatewayOptions>>(),
            Get<GatewayMetrics>(),
            Get<ILogger<CommandTable>>());
        Options = Get<IOptions<GatewayOptions>>().Value;
        Node.Start("the start of a gateway", StartAsync);
    }

    public Cluster Cluster { get; }

    public Node Node { get; }

    public CommandTable Commands { get; }

    public GatewayOptions Options { get; }

    /// <summary>Whether it takes clients.</summary>
    public bool IsOpen { get; private set; }

    public GatewayAddress Address => Get<GatewayIdentity>().Address;

    public ConnectionTable Connections => Get<ConnectionTable>();

    public Arrivals Arrivals => Get<Arrivals>();

    public Departures Departures => Get<Departures>();

    public IConversationReader Store => Get<IConversationReader>();

    public IGroupReader Groups => Get<IGroupReader>();

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    // As the host does it: deliveries are heard and the lease is taken before the first client comes.
    private async Task StartAsync()
    {
        await Get<PresenceKeeper>().StartingAsync(CancellationToken.None);
        await Get<DeliveryPump>().StartAsync(CancellationToken.None);
        List<BackgroundService> running = [Get<PresenceKeeper>(), Get<SignalOutbox>(), Get<InboundLanes>(), Get<LargeGroups>()];
        if (Cluster.Variant.RepairsGaps)
            running.AddRange([Get<GapFiller>(), Get<Sweeper>(), Get<LoginCheck>()]);
        foreach (var service in running)
            Node.Start(service.GetType().Name, () => service.ExecuteAsync(CancellationToken.None));
        IsOpen = true;
    }
}
