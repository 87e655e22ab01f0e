using System.Runtime.CompilerServices;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Conformance.Replay;
using BrokerIm.Tests.Support;
using BrokerIm.Workers.Persist;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Embedded;

/// <summary>The log held against a store that a worker wrote, whole or with something missing from it.</summary>
public sealed class LogAuditTests : IDisposable
{
    private const int Records = 40;

    private readonly SqliteFolder _folder = new();
    private readonly RecordedLog _log = new(seed: 3, conversations: 3, Records, epoch: 1);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(25)]
    [InlineData(Records)]
    public async Task What_a_worker_stored_is_found_from_wherever_the_log_begins(int first)
    {
        using var sqlite = _folder.Open();
        await StoreAsync(sqlite, Records);

        var part = await AuditAsync(sqlite, first);

        Assert.Empty(part.Findings);
        Assert.Equal(new(first, Records, Records), part.Kept);
        Assert.Equal(first < Records, part.Messages > 0);
        if (first == 0)
        {
            Assert.Equal(await sqlite.QueryAsync("SELECT count(*) FROM message"), part.Messages);
            Assert.True(part.Erased > 0);
        }
    }

    [Fact]
    public async Task What_is_not_done_yet_is_not_looked_for()
    {
        using var sqlite = _folder.Open();
        await StoreAsync(sqlite, Records / 2);

        var part = await AuditAsync(sqlite, first: 0, committed: 0);
        Assert.Empty(part.Findings);
        Assert.Equal(Records / 2, part.Kept.Done);

        // What the log says was committed must be there, whatever the store says of its own progress.
        Assert.NotEmpty((await AuditAsync(sqlite, first: 0, committed: Records)).Findings);
    }

    [Theory]
    [InlineData("DELETE FROM message WHERE row = (SELECT max(row) FROM message)", "is not in the store")]
    [InlineData("UPDATE message SET meta_at = meta_at + 1 WHERE row = 3", "another entry")]
    [InlineData("UPDATE message SET meta = x'1001' WHERE row = 3", "other facts")]
    [InlineData("UPDATE message SET body = x'00' WHERE row = 3", "another body")]
    [InlineData("UPDATE message SET body_at = body_at + 1, body = x'00' WHERE row = 3", "another body")]
    [InlineData("UPDATE message SET body_at = meta_at WHERE body_at > meta_at", "not erased")]
    [InlineData("DELETE FROM skip", "was not set aside")]
    public async Task Damage_is_found(string damage, string finding)
    {
        using var sqlite = _folder.Open();
        await StoreAsync(sqlite, Records);
        sqlite.Database.OpenForWriting().Execute(damage);

        Assert.Contains(
            (await AuditAsync(sqlite, first: 0)).Findings, found => found.Contains(finding, StringComparison.Ordinal));
    }

    private static RetryForever Retry() => new(NullLogger<RetryForever>.Instance, TimeProvider.System);

    private async Task StoreAsync(OpenSqlite sqlite, int records)
    {
        var (store, retry) = (sqlite.Store, Retry());
        var worker = new PersistHandler(
            new ConversationCache(store, retry, Options.Create(new PersistOptions()), new LogLayout(_log.Epoch, 1)),
            store,
            sqlite.Commit,
            new PoisonBox(store, new ComparingCommit(store), retry, TimeProvider.System, NullLogger<PoisonBox>.Instance),
            new ErasedMessages(store, retry, NullLogger<ErasedMessages>.Instance),
            retry,
            TimeProvider.System,
            NullLogger<PersistHandler>.Instance);
        for (var from = 0; from < records; from += 5)
            await worker.HandleAsync(_log.Batch(generation: 1, from, 5), Deadline.Token);
    }

    private async Task<LogAuditPart> AuditAsync(OpenSqlite sqlite, int first, int committed = Records)
    {
        var audit = new LogAudit(
            new History(_log, first, committed),
            sqlite.Store,
            new LogLayout(_log.Epoch, 1),
            Retry(),
            TimeProvider.System,
            NullLoggerFactory.Instance);
        var parts = new List<LogAuditPart>();
        await foreach (var part in audit.RunAsync(Deadline.Token))
            parts.Add(part);
        return Assert.Single(parts);
    }

    /// <summary>A log that keeps its records from an offset on.</summary>
    private sealed class History(RecordedLog log, int first, int committed) : ILogHistory<InboundRecord>
    {
        public ValueTask<IReadOnlyList<KeptRecords>> KeptAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<KeptRecords>>([new(first, Math.Max(first, committed), Records)]);

        public async IAsyncEnumerable<LogBatch<InboundRecord>> ReadAsync(
            int partition, long fromOffset, long toOffset, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            for (var from = (int)fromOffset; from < toOffset; from += 7)
                yield return log.Batch(generation: 1, from, (int)Math.Min(7, toOffset - from));
        }
    }
}
