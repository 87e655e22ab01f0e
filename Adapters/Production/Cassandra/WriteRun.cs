namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Does all jobs of several tables, a bounded number at once.</summary>
internal sealed class WriteRun(IReadOnlyList<IWriteJobs> tables, CancellationToken cancellationToken)
{
    private int _taken;
    private volatile bool _failed;

    /// <summary>
    /// Returns when all jobs are done. When one fails no further are begun, and the failure comes only after those under way have
    /// ended: whoever repeats the batch then does not meet its own requests.
    /// </summary>
    public Task RunAsync(int atOnce)
    {
        var lanes = new Task[Math.Min(atOnce, tables.Sum(static table => table.Count))];
        for (var i = 0; i < lanes.Length; i++)
            lanes[i] = WorkAsync();
        return Task.WhenAll(lanes);
    }

    private async Task WorkAsync()
    {
        try
        {
            while (!_failed && TryTake(out var table, out var job))
                await table.RunAsync(job, cancellationToken);
        }
        catch
        {
            _failed = true;
            throw;
        }
    }

    private bool TryTake(out IWriteJobs table, out int job)
    {
        job = Interlocked.Increment(ref _taken) - 1;
        for (var i = 0; i < tables.Count; i++)
        {
            table = tables[i];
            if (job < table.Count)
                return true;
            job -= table.Count;
        }

        table = null!;
        return false;
    }
}
