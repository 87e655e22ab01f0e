using SQLitePCL;

namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>One connection and the statements prepared on it. Used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private const uint KeptForLong = 0x01; // SQLITE_PREPARE_PERSISTENT
    private const int PagesWritten = 9; // SQLITE_DBSTATUS_CACHE_WRITE

    private readonly sqlite3 _connection;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    static SqliteSession() => Batteries_V2.Init();

    /// <summary>Opens the file, creating it when missing.</summary>
    /// <param name="path">Database file.</param>
    /// <param name="busyTimeout">How long SQLite waits, inside a call, for another process to let go.</param>
    public SqliteSession(string path, TimeSpan busyTimeout)
    {
        // No mutex: the owner of a session sees to it that no two threads use it at once.
        var code = raw.sqlite3_open_v2(
            path, out _connection, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null);
        try
        {
            SqliteErrorException.ThrowIfFailed(code, _connection);
            raw.sqlite3_busy_timeout(_connection, (int)busyTimeout.TotalMilliseconds);

            // GroupCommit does it instead.
            raw.sqlite3_wal_autocheckpoint(_connection, 0);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Row id of the last insert.</summary>
    public long LastRowId => raw.sqlite3_last_insert_rowid(_connection);

    /// <summary>Rows the last insert, update or delete changed.</summary>
    public int ChangedRows => raw.sqlite3_changes(_connection);

    /// <summary>The statement for this text, prepared when first asked for.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var known))
            return known;

        SqliteErrorException.ThrowIfFailed(
            raw.sqlite3_prepare_v3(_connection, sql, KeptForLong, out var handle), _connection);
        return _statements[sql] = new(_connection, handle);
    }

    /// <summary>Runs one statement without parameters.</summary>
    public void Execute(string sql) => Prepare(sql).Execute();

    /// <summary>Runs statements once, without keeping them.</summary>
    public void ExecuteScript(string sql) => SqliteErrorException.ThrowIfFailed(raw.sqlite3_exec(_connection, sql), _connection);

    /// <summary>Takes everything since the transaction began back, if one is still open: SQLite ends it itself on some errors.</summary>
    public void RollBack()
    {
        if (raw.sqlite3_get_autocommit(_connection) == 0)
            Execute("ROLLBACK");
    }

    /// <summary>First column of the first row.</summary>
    public long QueryInt64(string sql)
    {
        using var rows = Prepare(sql).Query();
        return rows.Next() ? rows.Int64(0) : throw new SqliteErrorException($"No row from: {sql}");
    }

    /// <inheritdoc cref="QueryInt64"/>
    public string QueryText(string sql)
    {
        using var rows = Prepare(sql).Query();
        return rows.Next() ? rows.Text(0) : throw new SqliteErrorException($"No row from: {sql}");
    }

    /// <summary>Pages this session has put into the write-ahead log since last asked.</summary>
    public int TakePagesWritten()
    {
        SqliteErrorException.ThrowIfFailed(
            raw.sqlite3_db_status(_connection, PagesWritten, out var pages, out _, 1), _connection);
        return pages;
    }

    /// <summary>
    /// Moves as much of the write-ahead log into the database as no reader needs any more. To be called while another session
    /// holds the write lock, see <see cref="GroupCommit"/>.
    /// </summary>
    public void Checkpoint() => SqliteErrorException.ThrowIfFailed(
        raw.sqlite3_wal_checkpoint_v2(_connection, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _), _connection);

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();

        _connection.Dispose();
    }
}
