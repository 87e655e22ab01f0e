using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.World;

namespace BrokerIm.Simulation.Workload;

/// <summary>
/// Something that writes records into the inbound log as gateways do, only less careful: several at once, some of them again and again,
/// whatever became of them before.
/// </summary>
internal sealed class Publisher
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(3);

    private readonly Cluster _cluster;
    private readonly Node _node;
    private readonly LogWriter<InboundRecord> _log;

    public Publisher(Cluster cluster, int number)
    {
        _cluster = cluster;
        _node = cluster.NewNode($"publisher{number}", CrashPlan.None);
        _log = new("publisher.produce", new(_node, cluster.Scheduler, cluster.Weather), cluster.Inbound);
    }

    /// <summary>Its idea of the time.</summary>
    public long NowMs => _node.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Writes entries, in one record per partition.</summary>
    public void Publish(IEnumerable<InboundEntry> entries)
    {
        foreach (var part in entries.GroupBy(entry => Partitioning.PartitionOf(new(entry.Relation), _log.PartitionCount)))
        {
            var record = new InboundRecord { Version = 1, Gateway = _node.Name, Incarnation = 1 };
            record.Entries.Add(part);
            _node.Start("publishing", () => PublishAsync(part.Key, record));
        }
    }

    private async Task PublishAsync(int partition, InboundRecord record)
    {
        while (true)
        {
            try
            {
                await _log.AppendAsync(partition, record, CancellationToken.None);
                return;
            }
            catch (DependencyUnavailableException)
            {
                // Some give up; what they wrote may be in the log all the same.
                if (_cluster.Scheduler.Happens(0.2))
                    return;
            }

            await Task.Delay(_cluster.Scheduler.Within(s_pause), _node.Time);
        }
    }
}
