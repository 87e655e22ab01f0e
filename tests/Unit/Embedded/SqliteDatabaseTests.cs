using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Embedded;

public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void New_file_has_the_newest_schema_and_the_settings_that_stay()
    {
        using var opened = _folder.Open();
        using var session = opened.Database.OpenForReading();
        Assert.Equal(SqliteSchema.Newest, session.QueryInt64("PRAGMA user_version"));
        Assert.Equal("wal", session.QueryText("PRAGMA journal_mode"));
        Assert.Equal(8_192, session.QueryInt64("PRAGMA page_size"));
    }

    [Fact]
    public void Writing_session_reaches_the_disk_before_it_says_so()
    {
        using var opened = _folder.Open();
        using var session = opened.Database.OpenForWriting();
        Assert.Equal(2, session.QueryInt64("PRAGMA synchronous"));
        Assert.Equal(0, session.QueryInt64("PRAGMA foreign_keys"));
        Assert.Equal(0, session.QueryInt64("PRAGMA wal_autocheckpoint"));
    }

    [Fact]
    public void Reading_session_cannot_write()
    {
        using var opened = _folder.Open();
        using var session = opened.Database.OpenForReading();
        Assert.Throws<DependencyUnavailableException>(() => session.Execute("DELETE FROM message"));
    }

    [Fact]
    public async Task Many_may_create_the_file_at_once()
    {
        var together = new Barrier(8);
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait();
                return _folder.Open();
            },
            TaskCreationOptions.LongRunning)));

        Assert.All(opened, one => Assert.Equal(0, one.QueryAsync("SELECT count(*) FROM message").AsTask().GetAwaiter().GetResult()));
        foreach (var one in opened)
            one.Dispose();
    }

    [Fact]
    public void Newer_schema_is_refused()
    {
        using (var opened = _folder.Open())
        using (var session = opened.Database.OpenForWriting())
            session.ExecuteScript("PRAGMA user_version = 999");

        var refusal = Assert.Throws<InvalidOperationException>(() => _folder.Open());
        Assert.Contains("schema version 999", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"up to {SqliteSchema.Newest}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_is_no_database_is_refused()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "brokerim.db"), new string('x', 20_000));
        Assert.Throws<DependencyUnavailableException>(() => _folder.Open());
    }
}
