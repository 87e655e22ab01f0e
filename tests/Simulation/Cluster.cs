using System.Diagnostics.Metrics;
using BrokerIm.Contracts.Records;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.Truth;
using BrokerIm.Simulation.Variants;
using BrokerIm.Simulation.World;

namespace BrokerIm.Simulation;

/// <summary>The services that processes share, the rules they have agreed on, and who watches them.</summary>
internal sealed class Cluster : IDisposable
{
    /// <summary>Layout of the log.</summary>
    public const int Epoch = 1;

    private readonly Dictionary<string, TimeSpan> _skews = [];

    public Cluster(Scheduler scheduler, Weather weather, ClusterSize size, Variant variant)
    {
        (Scheduler, Weather, Size, Variant) = (scheduler, weather, size, variant);
        Inbound = new(size.Partitions, scheduler);
        Outbound = new(size.Partitions, scheduler);
        DeadLetters = new(1, scheduler);
        Replicas = new(scheduler, weather);
        Persist = new(Inbound, scheduler, weather);
        Deliver = new(Outbound, scheduler, weather);
        Bus = new(scheduler, weather);
        Presence = new(scheduler);
        Reference = new(Inbound, Epoch, size.DedupeWindow);
        Checker = new(scheduler, Replicas, Reference, Outbound, Persist);
    }

    public Scheduler Scheduler { get; }

    public Weather Weather { get; }

    public ClusterSize Size { get; }

    public Variant Variant { get; }

    public LogTopic<InboundRecord> Inbound { get; }

    public LogTopic<OutboundRecord> Outbound { get; }

    public LogTopic<DeadLetter> DeadLetters { get; }

    public Replicas Replicas { get; }

    public ConsumerGroup<InboundRecord> Persist { get; }

    public ConsumerGroup<OutboundRecord> Deliver { get; }

    public Bus Bus { get; }

    public PresenceRegistry Presence { get; }

    public Reference Reference { get; }

    public Checker Checker { get; }

    /// <summary>What gateways count. The one of the program would hold on to all of them for ever.</summary>
    public Meter Meter { get; } = new("simulation");

    /// <summary>A new process. Those of one name run on one machine, so its clock is as wrong as it was.</summary>
    public Node NewNode(string name, CrashPlan crashes)
    {
        if (!_skews.TryGetValue(name, out var skew))
            _skews[name] = skew = Size.Skew * ((2 * Scheduler.Random.NextDouble()) - 1);
        return new(name, Scheduler, skew, crashes);
    }

    public void Dispose() => Meter.Dispose();
}

/// <summary>How large everything is.</summary>
/// <param name="Partitions">Of the logs.</param>
/// <param name="DedupeWindow">Messages within which a repeat is recognised.</param>
/// <param name="IdleWindow">Client ids kept per idle conversation.</param>
/// <param name="CachedConversations">Conversations a worker keeps.</param>
/// <param name="BatchRecords">Records of a partition in one batch at most.</param>
/// <param name="Workers">Persist workers.</param>
/// <param name="LargeGroupMembers">Members from which on a group is large.</param>
/// <param name="Skew">How far clocks are off at most.</param>
internal sealed record ClusterSize(
    int Partitions, int DedupeWindow, int IdleWindow, int CachedConversations, int BatchRecords, int Workers, int LargeGroupMembers, TimeSpan Skew)
{
    /// <summary>Draws a size: small enough that everything that can overflow does.</summary>
    public static ClusterSize Draw(Random random)
    {
        var window = random.Next(3, 13);
        return new(
            Partitions: random.Next(1, 4),
            window,
            IdleWindow: random.Next(1, window + 1),
            CachedConversations: random.Next(1, 9),
            BatchRecords: random.Next(1, 7),
            Workers: random.Next(1, 4),
            LargeGroupMembers: random.Next(3) == 0 ? 2 : 1_000,
            Skew: TimeSpan.FromMilliseconds(random.Next(3) == 0 ? 0 : random.Next(4_000)));
    }
}
