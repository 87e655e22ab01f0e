using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.World;
using BrokerIm.Workers.Persist;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Simulation.Workload;

/// <summary>A process in the Persist role: the real pump, handler, cache and fold on ports of the simulation.</summary>
internal sealed class PersistWorker : IWorker
{
    private readonly LogReader<InboundRecord> _reader;
    private readonly ConsumerGroup<InboundRecord> _group;

    /// <summary>Starts it.</summary>
    public PersistWorker(Cluster cluster, int number, CrashPlan crashes)
    {
        Node = cluster.NewNode($"persist{number}", crashes);
        _group = cluster.Persist;
        var (scheduler, size, variant) = (cluster.Scheduler, cluster.Size, cluster.Variant);
        var logs = new TraceLogs(Node, scheduler);
        var wire = new Wire(Node, scheduler, cluster.Weather);
        _reader = new("persist", wire, _group, scheduler, Cluster.Epoch, size.BatchRecords);

        var retry = new RetryForever(logs.CreateLogger<RetryForever>(), Node.Time, scheduler.Random);
        var store = variant.Store(new StoreHand(wire, cluster.Replicas, scheduler), Node, cluster);
        var outbound = new LogWriter<OutboundRecord>("persist.produce", wire, cluster.Outbound);
        var options = Options.Create(new PersistOptions { CachedConversations = size.CachedConversations });
        var cache = new ConversationCache(store, retry, options, new(Cluster.Epoch, size.Partitions))
        {
            DedupeWindow = variant.DedupeWindow(size.DedupeWindow),
            IdleWindow = size.IdleWindow,
        };
        var letters = new LogWriter<DeadLetter>("persist.dead_letter", wire, cluster.DeadLetters);
        var poison = new PoisonBox(store, letters, retry, Node.Time, logs.CreateLogger<PoisonBox>());
        var commit = variant.Commit(new StagedPersistCommit(store, outbound), store, outbound, Node);
        var erased = new ErasedMessages(store, retry, logs.CreateLogger<ErasedMessages>());
        var handler = new PersistHandler(
            cache, store, commit, poison, erased, retry, Node.Time, logs.CreateLogger<PersistHandler>());
        var reader = variant.Inbound(_reader, Node, number);
        var pump = new LogPump<InboundRecord>(reader, handler, retry, logs.CreateLogger<LogPump<InboundRecord>>());

        Node.Start("the Persist pump", () => pump.ExecuteAsync(CancellationToken.None));
        Join();
    }

    public Node Node { get; }

    public void Join() => _group.Join(_reader);

    public void Leave() => _group.Drop(_reader);
}
