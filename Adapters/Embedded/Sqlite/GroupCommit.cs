using System.Diagnostics.Metrics;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>Runs jobs in one transaction and tells each what came of it. Belongs to the writer's thread.</summary>
internal sealed class GroupCommit(SqliteDatabase database, int checkpointPages, ILogger log) : IDisposable
{
    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(1);

    private static readonly Histogram<double> s_seconds = Telemetry.Meter.CreateHistogram<double>(
        "im_sqlite_commit_seconds", "s", "Time of one transaction, from its beginning to the disk.");

    private static readonly Histogram<int> s_jobs = Telemetry.Meter.CreateHistogram<int>(
        "im_sqlite_commit_jobs", description: "Writes that shared a transaction.");

    private SqliteSession? _session;
    private SqliteSession? _checkpointer;
    private int _pages;

    /// <summary>Runs the jobs that were not withdrawn, in order.</summary>
    public void Run(List<WriteJob> jobs)
    {
        jobs.RemoveAll(static job => !job.TryClaim());
        if (jobs.Count == 0)
            return;

        var failures = new Exception?[jobs.Count];
        try
        {
            var began = TimeProvider.System.GetTimestamp();
            Commit(_session ??= database.OpenForWriting(), jobs, failures);
            Observe(jobs.Count, TimeProvider.System.GetElapsedTime(began));
        }
        catch (DependencyUnavailableException exception)
        {
            // Locked, full or broken: nobody's own fault. A fresh session forgets whatever state this one is in.
            log.CommitFailed(jobs.Count, exception);
            Dispose();
            foreach (var job in jobs)
                job.Fail(new DependencyUnavailableException(exception.Message, exception));
            return;
        }

        for (var i = 0; i < jobs.Count; i++)
        {
            if (failures[i] is { } failure)
            {
                jobs[i].Fail(failure);
                continue;
            }

            jobs[i].OnCommitted();
            jobs[i].Complete();
        }

        Checkpoint(_session);
    }

    public void Dispose()
    {
        _session?.Dispose();
        _checkpointer?.Dispose();
        (_session, _checkpointer) = (null, null);
    }

    private void Commit(SqliteSession session, List<WriteJob> jobs, Exception?[] failures)
    {
        session.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (var job in jobs)
                job.Run(session);
        }
        catch (Exception exception) when (exception is not DependencyUnavailableException)
        {
            log.GroupRepeated(jobs.Count, exception);
            session.RollBack();
            session.Execute("BEGIN IMMEDIATE");
            RunApart(session, jobs, failures);
        }

        session.Execute("COMMIT");
    }

    /// <summary>As if each job were alone: what one of them breaks is taken back and the others stay. Costs two statements each.</summary>
    private static void RunApart(SqliteSession session, List<WriteJob> jobs, Exception?[] failures)
    {
        for (var i = 0; i < jobs.Count; i++)
        {
            session.Execute("SAVEPOINT job");
            try
            {
                jobs[i].Run(session);
            }
            catch (Exception exception) when (exception is not DependencyUnavailableException)
            {
                failures[i] = exception;
                session.Execute("ROLLBACK TO job");
            }

            session.Execute("RELEASE job");
        }
    }

    private void Observe(int jobs, TimeSpan elapsed)
    {
        s_seconds.Record(elapsed.TotalSeconds);
        s_jobs.Record(jobs);
        if (elapsed > s_slow)
            log.SlowCommit(jobs, elapsed.TotalSeconds);
    }

    /// <summary>
    /// Moves the write-ahead log into the database now and then: between groups, when nobody waits for this one any more, and
    /// without waiting for readers.
    /// </summary>
    /// <remarks>
    /// Not left to SQLite, which lets others write meanwhile: versions from 3.7.0 to 3.51.2 may then miss that one of them has
    /// begun the log anew, and lose pages (sqlite.org/wal.html, "the WAL-reset bug"). Under the write lock that cannot happen.
    /// </remarks>
    private void Checkpoint(SqliteSession session)
    {
        _pages += session.TakePagesWritten();
        if (_pages < checkpointPages)
            return;

        // Whatever comes of it: what a reader holds up now is moved when as many pages have come again.
        _pages = 0;
        try
        {
            _checkpointer ??= database.OpenForWriting();
            session.Execute("BEGIN IMMEDIATE");
            _checkpointer.Checkpoint();
        }
        catch (DependencyUnavailableException exception)
        {
            log.CheckpointFailed(exception);
        }
        finally
        {
            session.RollBack();
        }
    }
}
