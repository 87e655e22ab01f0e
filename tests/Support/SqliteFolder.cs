using BrokerIm.Adapters.Embedded;
using BrokerIm.Adapters.Embedded.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Support;

/// <summary>A folder for one database, deleted in the end.</summary>
public sealed class SqliteFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("brokerim-sqlite-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>What a process would see that starts now after this one was killed: the files as they are.</summary>
    internal SqliteFolder CopyAsAfterKill()
    {
        var copy = new SqliteFolder();
        foreach (var file in Directory.GetFiles(Path).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
            File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
        return copy;
    }

    /// <summary>Opens the database as a process of its own would.</summary>
    internal OpenSqlite Open(Action<EmbeddedOptions>? change = null)
    {
        var options = new EmbeddedOptions { DataDirectory = Path };
        change?.Invoke(options);
        return new(options);
    }
}

/// <summary>Everything that one process has open.</summary>
internal sealed class OpenSqlite : IDisposable
{
    public OpenSqlite(EmbeddedOptions settings)
    {
        Options = Microsoft.Extensions.Options.Options.Create(settings);
        Database = new(Options, NullLogger<SqliteDatabase>.Instance);
        Writer = new(Database, Options, NullLogger<SqliteWriter>.Instance);
        Readers = new(Database, Options);
        Store = new(Readers, Writer);
        Inbound = new(Store, Options);
        Outbound = new(new(Readers), Writer, Options, NullLogger<SqliteOutboundLog>.Instance);
        Commit = new(Writer, Outbound);
    }

    public IOptions<EmbeddedOptions> Options { get; }

    public SqliteDatabase Database { get; }

    public SqliteWriter Writer { get; }

    public SqliteReaders Readers { get; }

    public SqliteConversationStore Store { get; }

    public EmbeddedInboundLog Inbound { get; }

    public SqliteOutboundLog Outbound { get; }

    public SqlitePersistCommit Commit { get; }

    /// <summary>A number from the database.</summary>
    public ValueTask<long> QueryAsync(string sql) =>
        Readers.ReadAsync(sql, static (session, sql) => session.QueryInt64(sql), TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Readers.Dispose();
        Writer.Dispose();
    }
}
