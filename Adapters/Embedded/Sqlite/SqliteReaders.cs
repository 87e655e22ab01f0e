using System.Collections.Concurrent;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>
/// A few sessions for reading. A query runs on the caller's thread: it takes tens of microseconds from memory, less than handing
/// it to another thread, and when it must go to the disk no more threads wait there than there are sessions; whoever comes then
/// waits without a thread.
/// </summary>
internal sealed class SqliteReaders(SqliteDatabase database, IOptions<EmbeddedOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.Value.ReadConnections);
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private volatile bool _disposed;

    /// <summary>Runs a query in one read transaction: everything it sees is of one moment.</summary>
    /// <param name="state">Handed to the query, so that it need not capture anything.</param>
    /// <param name="query">Reads and returns; keeps nothing of the session.</param>
    /// <param name="cancellationToken">Gives up waiting for a session; a running query is short.</param>
    /// <exception cref="DependencyUnavailableException">The database is locked or broken.</exception>
    public async ValueTask<TResult> ReadAsync<TState, TResult>(
        TState state, Func<SqliteSession, TState, TResult> query, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Read(state, query);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    private TResult Read<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> query)
    {
        if (!_idle.TryTake(out var session))
            session = database.OpenForReading();

        TResult result;
        try
        {
            session.Execute("BEGIN");
            result = query(session, state);
            session.Execute("COMMIT");
        }
        catch
        {
            // Whatever state it is in, a new one is soon made.
            session.Dispose();
            throw;
        }

        _idle.Add(session);
        if (_disposed)
            Dispose();
        return result;
    }
}
