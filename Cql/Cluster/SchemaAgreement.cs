using System.Net;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Cluster;

/// <summary>
/// Waits until all nodes that are alive have the same schema: a change made through one node is unknown to the others for a moment,
/// and statements about it fail there.
/// </summary>
internal sealed class SchemaAgreement(ClusterNodes nodes, ControlConnection control, CqlOptions options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <param name="first">The node that made the change: what others know of the schema may be old. Null for any node.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False if they do not agree in ten seconds.</returns>
    public async ValueTask<bool> WaitAsync(EndPoint? first, CancellationToken cancellationToken)
    {
        var deadline = options.Time.DeadlineAfter(s_patience);
        string disagreement;
        do
        {
            try
            {
                var topology = await new SystemTables(Connection(first), deadline).ReadNodesAsync(cancellationToken);
                var versions = Versions(topology).Distinct().ToList();
                if (versions.Count == 1)
                    return true;
                disagreement = $"{versions.Count} versions";
            }
            catch (CqlException failure)
            {
                disagreement = failure.Message;
            }

            await Task.Delay(s_pause, options.Time, cancellationToken);
        }
        while (options.Time.Until(deadline) > TimeSpan.Zero);

        options.Log.SchemaDisagreement(s_patience.TotalSeconds, disagreement);
        return false;
    }

    /// <summary>The node that was asked comes first and is certainly alive.</summary>
    private IEnumerable<Guid?> Versions(Topology topology) =>
        topology.Nodes.Where((row, index) => index == 0 || nodes.IsUp(row)).Select(row => row.SchemaVersion);

    private CqlConnection Connection(EndPoint? node) =>
        (node is IPEndPoint endPoint ? nodes.Find(endPoint)?.LeastBusy()?.Wire : null) ?? control.Wire;
}
