namespace BrokerIm.Cql.Cluster;

/// <summary>
/// In which order nodes are asked: local replicas, the other local nodes, remote ones; each kind beginning somewhere else every time.
/// Nodes without a connection are left out, and those with all their connections full are kept for last.
/// </summary>
internal struct QueryPlan(RoutingTable table, Node[] replicas, uint rotation)
{
    private int _step;
    private LiveConnection? _full;

    /// <summary>A connection to the next node; null when all have been asked.</summary>
    public LiveConnection? Next()
    {
        while (NextNode() is { } node)
        {
            if (node.LeastBusy() is not { } connection)
                continue;
            if (!connection.IsFull)
                return connection;
            _full ??= connection;
        }

        var last = _full is { IsAlive: true } ? _full : null;
        _full = null;
        return last;
    }

    private Node? NextNode()
    {
        while (true)
        {
            var step = _step++;
            if (step < replicas.Length)
                return At(replicas, step);
            step -= replicas.Length;
            if (step < table.Local.Length)
            {
                var node = At(table.Local, step);
                if (Array.IndexOf(replicas, node) >= 0)
                    continue;
                return node;
            }

            step -= table.Local.Length;
            return step < table.Remote.Length ? At(table.Remote, step) : null;
        }
    }

    private readonly Node At(Node[] nodes, int step) => nodes[(rotation + (uint)step) % (uint)nodes.Length];
}
