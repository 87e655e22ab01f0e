using BrokerIm.Core.Ports;
using SQLitePCL;

namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>SQLite refused a statement for what it says: a broken constraint, wrong SQL. A bug of its author, not of the disk.</summary>
internal sealed class SqliteErrorException(string message) : Exception(message)
{
    /// <summary>Throws what a result code means, unless it means success.</summary>
    /// <exception cref="DependencyUnavailableException">Locked, full, unreadable: the same call may work later.</exception>
    /// <exception cref="SqliteErrorException">The call itself is wrong.</exception>
    public static void ThrowIfFailed(int code, sqlite3 connection)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)
            return;

        var message = $"SQLite error {raw.sqlite3_extended_errcode(connection)}: {raw.sqlite3_errmsg(connection).utf8_to_string()}.";
        throw IsCallersFault(code & 0xFF) ? new SqliteErrorException(message) : new DependencyUnavailableException(message);
    }

    private static bool IsCallersFault(int code) => code is raw.SQLITE_ERROR or raw.SQLITE_INTERNAL or raw.SQLITE_ABORT
        or raw.SQLITE_TOOBIG or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_MISUSE or raw.SQLITE_RANGE;
}
