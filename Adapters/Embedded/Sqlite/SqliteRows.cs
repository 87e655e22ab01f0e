namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>Rows of a running query. Disposing ends it, and with it the hold on the write-ahead log.</summary>
internal readonly ref struct SqliteRows(SqliteStatement statement) : IDisposable
{
    /// <summary>Moves to the next row, first to the first; false after the last.</summary>
    public bool Next() => statement.Step();

    /// <summary>A column of the current row; the first is 0.</summary>
    public long Int64(int column) => statement.Int64(column);

    /// <inheritdoc cref="Int64"/>
    public uint UInt32(int column) => (uint)statement.Int64(column);

    /// <inheritdoc cref="Int64"/>
    public string Text(int column) => statement.Text(column);

    /// <summary>A column of the current row; valid until the next row.</summary>
    public ReadOnlySpan<byte> Blob(int column) => statement.Blob(column);

    public void Dispose() => statement.Reset();
}
