using System.Globalization;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>
/// The database file. Several processes may have it open; one writes at a time, readers see the last commit before they began.
/// </summary>
internal sealed class SqliteDatabase
{
    private readonly EmbeddedOptions _options;

    /// <summary>Creates the file and its tables, or brings them up to date.</summary>
    /// <exception cref="DependencyUnavailableException">The file cannot be opened, or stays locked.</exception>
    /// <exception cref="InvalidOperationException">The file was written by a newer build.</exception>
    public SqliteDatabase(IOptions<EmbeddedOptions> options, ILogger<SqliteDatabase> log)
    {
        _options = options.Value;
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DependencyUnavailableException($"The folder of {Path} cannot be created.", exception);
        }

        using var session = new SqliteSession(Path, _options.BusyTimeout);
        session.ExecuteScript("PRAGMA page_size = 8192");
        SwitchToWriteAheadLog(session);
        var found = SqliteSchema.Upgrade(session, Path);
        log.DatabaseReady(Path, found, SqliteSchema.Newest);
    }

    /// <summary>Full path of the file.</summary>
    public string Path => _options.Path;

    /// <summary>Opens the session of the one writer of this process.</summary>
    public SqliteSession OpenForWriting() => Open(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = OFF;
        PRAGMA cache_size = -{_options.WriteCacheBytes >> 10};
        PRAGMA mmap_size = {_options.MemoryMapBytes};
        """));

    /// <summary>Opens a session that cannot write.</summary>
    public SqliteSession OpenForReading() => Open(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        PRAGMA query_only = ON;
        PRAGMA mmap_size = {_options.MemoryMapBytes};
        """));

    private SqliteSession Open(string settings)
    {
        var session = new SqliteSession(Path, _options.BusyTimeout);
        try
        {
            session.ExecuteScript(settings);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The setting stays in the file, so this does something only once. SQLite does not wait for others at this switch but says
    /// at once that the file is busy; it does wait when a transaction begins, so whoever loses the race waits there.
    /// </summary>
    private void SwitchToWriteAheadLog(SqliteSession session)
    {
        for (var started = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                var mode = session.QueryText("PRAGMA journal_mode = WAL");
                if (mode != "wal")
                    throw new InvalidOperationException($"{Path} cannot have a write-ahead log (journal mode stays {mode}).");
                return;
            }
            catch (DependencyUnavailableException)
                when (TimeProvider.System.GetElapsedTime(started) < _options.BusyTimeout)
            {
                session.Execute("BEGIN IMMEDIATE");
                session.RollBack();
            }
        }
    }
}
