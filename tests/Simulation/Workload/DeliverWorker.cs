using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.World;
using BrokerIm.Workers.Deliver;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Simulation.Workload;

/// <summary>A process in the Deliver role: the real pump, handler, route plan, links, presence cache, rosters and watermarks.</summary>
internal sealed class DeliverWorker : IWorker
{
    private readonly LogReader<OutboundRecord> _reader;
    private readonly ConsumerGroup<OutboundRecord> _group;

    /// <summary>Starts it.</summary>
    public DeliverWorker(Cluster cluster, int number, CrashPlan crashes)
    {
        Node = cluster.NewNode($"deliver{number}", crashes);
        _group = cluster.Deliver;
        var (scheduler, time, variant) = (cluster.Scheduler, Node.Time, cluster.Variant);
        var logs = new TraceLogs(Node, scheduler);
        var wire = new Wire(Node, scheduler, cluster.Weather);
        _reader = new("deliver", wire, _group, scheduler, Cluster.Epoch, cluster.Size.BatchRecords);

        var options = Options.Create(new DeliverOptions { LargeGroupMembers = cluster.Size.LargeGroupMembers });
        var retry = new RetryForever(logs.CreateLogger<RetryForever>(), time, scheduler.Random);
        var registry = new PresenceHand(wire, cluster.Presence);
        var bus = new BusHand(wire, cluster.Bus);
        var presence = new PresenceCache(registry, time, options);
        var rosters = new GroupRosters(variant.Groups(new StoreHand(wire, cluster.Replicas, scheduler)), options);
        var links = new GatewayLinks(variant.Sender(bus), presence, time, logs.CreateLogger<GatewayLinks>());
        var letters = new LogWriter<DeadLetter>("deliver.dead_letter", wire, cluster.DeadLetters);
        var handler = new DeliverHandler(
            presence, rosters, links, letters, retry, time, options, logs.CreateLogger<DeliverHandler>());
        var pump = new LogPump<OutboundRecord>(_reader, handler, retry, logs.CreateLogger<LogPump<OutboundRecord>>());
        var watch = new DeliverWatch(
            _reader, bus, registry, presence, links, retry, time, options, logs.CreateLogger<DeliverWatch>());

        Node.Start("the Deliver pump", () => pump.ExecuteAsync(CancellationToken.None));
        Node.Start("the watch of Deliver", () => watch.ExecuteAsync(CancellationToken.None));
        Join();
    }

    public Node Node { get; }

    public void Join() => _group.Join(_reader);

    public void Leave() => _group.Drop(_reader);
}
