using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>
/// The one thread of this process that writes. It takes everything that waits, runs it in one transaction, commits, and tells the
/// callers; what arrives meanwhile is the next group. So the cost of reaching the disk is shared by whoever comes at the same
/// time, and nobody waits for a timer.
/// </summary>
/// <remarks>Disposing refuses new jobs, finishes those that wait, and ends the thread.</remarks>
internal sealed class SqliteWriter : IDisposable
{
    /// <summary>How long lazy jobs wait for a commit to ride on before they get their own.</summary>
    private static readonly TimeSpan s_lazyDelay = TimeSpan.FromSeconds(1);

    private readonly GroupCommit _commit;
    private readonly SemaphoreSlim _room;
    private readonly object _gate = new();
    private readonly Thread _thread;
    private List<WriteJob> _waiting = [];
    private int _urgent;
    private bool _stopping;

    public SqliteWriter(SqliteDatabase database, IOptions<EmbeddedOptions> options, ILogger<SqliteWriter> log)
    {
        _commit = new(database, options.Value.CheckpointPages, log);
        _room = new(options.Value.WriteQueue);
        _thread = new(Work) { Name = "SQLite writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs a job in the next transaction.</summary>
    /// <param name="job">Used once.</param>
    /// <param name="cancellationToken">Withdraws the job as long as no transaction has taken it; after that its end is awaited.</param>
    /// <exception cref="DependencyUnavailableException">The database is locked, full or broken; the job may be repeated.</exception>
    public async Task RunAsync(WriteJob job, CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        Add(job, urgent: true);
        await using (cancellationToken.UnsafeRegister(static (job, token) => ((WriteJob)job!).Withdraw(token), job))
            await job.Done;
    }

    /// <inheritdoc cref="RunAsync(WriteJob, CancellationToken)"/>
    public Task RunAsync(Action<SqliteSession> work, CancellationToken cancellationToken) =>
        RunAsync(new WriteAction(work), cancellationToken);

    /// <summary>Runs a function in the next transaction and returns its result once that is durable.</summary>
    /// <inheritdoc cref="RunAsync(WriteJob, CancellationToken)"/>
    public async Task<TResult> RunAsync<TResult>(Func<SqliteSession, TResult> work, CancellationToken cancellationToken)
    {
        var job = new WriteFunction<TResult>(work);
        await RunAsync(job, cancellationToken);
        return job.Result;
    }

    /// <summary>
    /// Runs a job together with the next others, or after a second of quiet, or at the end. Each caller has at most one such job
    /// under way, so these need no room.
    /// </summary>
    public void RunLazily(WriteJob job) => Add(job, urgent: false);

    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        _commit.Dispose();
    }

    private void Add(WriteJob job, bool urgent)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Add(job);
            _urgent += urgent ? 1 : 0;
            Monitor.Pulse(_gate);
        }
    }

    private void Work()
    {
        var group = new List<WriteJob>();
        while (Take(ref group))
        {
            _commit.Run(group);
            group.Clear();
        }
    }

    /// <summary>Waits for work; false when there is none and there will be none.</summary>
    private bool Take(ref List<WriteJob> group)
    {
        int freed;
        lock (_gate)
        {
            while (_urgent == 0 && !_stopping)
            {
                var quiet = !Monitor.Wait(_gate, _waiting.Count == 0 ? Timeout.InfiniteTimeSpan : s_lazyDelay);
                if (quiet && _waiting.Count > 0)
                    break;
            }

            (group, _waiting) = (_waiting, group);
            freed = _urgent;
            _urgent = 0;
        }

        if (freed > 0)
            _room.Release(freed);
        return group.Count > 0;
    }
}
