using System.Text;
using SQLitePCL;

namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>
/// A prepared statement, made once per session and used again and again. A thin layer over the C interface because a command
/// object of ADO.NET costs 1.1 KB of garbage for every row written.
/// </summary>
internal sealed class SqliteStatement(sqlite3 connection, sqlite3_stmt handle) : IDisposable
{
    /// <summary>Sets a parameter; the first is 1. Values stay until set again.</summary>
    public SqliteStatement Bind(int parameter, long value)
    {
        SqliteErrorException.ThrowIfFailed(raw.sqlite3_bind_int64(handle, parameter, value), connection);
        return this;
    }

    /// <inheritdoc cref="Bind(int, long)"/>
    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        SqliteErrorException.ThrowIfFailed(raw.sqlite3_bind_blob(handle, parameter, value), connection);
        return this;
    }

    /// <inheritdoc cref="Bind(int, long)"/>
    public SqliteStatement Bind(int parameter, string value)
    {
        // With its length, or a text would end at a zero in it; but bytes of no length would be no text at all.
        var code = value.Length == 0
            ? raw.sqlite3_bind_text(handle, parameter, value)
            : raw.sqlite3_bind_text(handle, parameter, Encoding.UTF8.GetBytes(value));
        SqliteErrorException.ThrowIfFailed(code, connection);
        return this;
    }

    /// <summary>Runs a statement that returns nothing.</summary>
    public void Execute()
    {
        var code = raw.sqlite3_step(handle);

        // The error text belongs to the last call, and resetting is one.
        if (code != raw.SQLITE_DONE && code != raw.SQLITE_ROW)
            ThrowAfterReset(code);

        raw.sqlite3_reset(handle);
    }

    /// <summary>Starts a statement that returns rows; dispose the rows before the statement is used again.</summary>
    public SqliteRows Query() => new(this);

    /// <summary>Moves to the next row.</summary>
    internal bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;

        if (code != raw.SQLITE_DONE)
            ThrowAfterReset(code);

        return false;
    }

    internal void Reset() => raw.sqlite3_reset(handle);

    internal long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    internal ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    internal string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(handle, column));

    public void Dispose() => handle.Dispose();

    private void ThrowAfterReset(int code)
    {
        try
        {
            SqliteErrorException.ThrowIfFailed(code, connection);
        }
        finally
        {
            raw.sqlite3_reset(handle);
        }
    }
}
