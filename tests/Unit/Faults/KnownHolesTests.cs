using System.Runtime.CompilerServices;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Conformance.Replay;
using BrokerIm.Tests.Support;
using BrokerIm.Workers.Persist;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Faults;

/// <summary>Two ways in which pipelines of this shape are known to lose messages, tried on the classes that run in production.</summary>
public sealed class KnownHolesTests : IDisposable
{
    private const int Records = 24;
    private const int FailedWrites = 3;

    private readonly SqliteFolder _folder = new();
    private readonly RecordedLog _log = new(seed: 5, conversations: 3, Records, epoch: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_offset_is_not_committed_after_a_failed_store_write()
    {
        using var sqlite = _folder.Open();
        var tape = new List<string>();
        var commit = new FailingCommit(sqlite.Commit, tape, FailedWrites);
        using var pump = PumpOf(sqlite, commit, tape, out var reader);

        await pump.StartAsync(Deadline.Token);
        await reader.Done.WaitAsync(Deadline.Token);
        await pump.StopAsync(Deadline.Token);

        Assert.Equal([.. Enumerable.Repeat("failed", FailedWrites), "stored", $"committed {Records}"], tape);
        await AssertDenseAsync(sqlite);
    }

    [Fact]
    public async Task An_offset_is_not_committed_when_the_store_write_breaks_off_for_an_unknown_reason()
    {
        using var sqlite = _folder.Open();
        var tape = new List<string>();
        using var pump = PumpOf(sqlite, new BreakingCommit(), tape, out _);

        await pump.StartAsync(Deadline.Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => pump.ExecuteTask!.WaitAsync(Deadline.Token));

        Assert.Empty(tape);
    }

    [Fact]
    public async Task Ids_go_on_densely_when_the_head_counters_are_lost_with_the_cache()
    {
        using var sqlite = _folder.Open();
        const int Half = Records / 2;
        await HandlerOf(sqlite, sqlite.Commit).HandleAsync(_log.Batch(generation: 1, 0, Half), Deadline.Token);

        // Nothing is remembered: no conversation, no head, no window of client ids.
        await HandlerOf(sqlite, sqlite.Commit).HandleAsync(_log.Batch(generation: 1, Half, Records - Half), Deadline.Token);

        await AssertDenseAsync(sqlite);
    }

    private async Task AssertDenseAsync(OpenSqlite sqlite)
    {
        var stored = 0;
        foreach (var conversation in _log.Conversations)
        {
            var messages = await sqlite.Store.ReadRangeAsync(conversation, 1, 1_000, Deadline.Token);
            Assert.Equal(Enumerable.Range(1, messages.Count).Select(static id => (uint)id), messages.Select(static message => message.MessageId));
            Assert.Equal(messages.Count, messages.Select(static message => message.Meta.ClientMessageId).Distinct().Count());
            stored += messages.Count;
        }

        Assert.Equal(
            _log.Records.SelectMany(static record => record.Entries)
                .Where(static entry => entry.Kind == EntryKind.Message && ConversationFold.Defect(entry) is null)
                .Select(static entry => (entry.Relation, entry.Sender, entry.ClientMessageId)).Distinct().Count(),
            stored);
    }

    private LogPump<InboundRecord> PumpOf(OpenSqlite sqlite, IPersistCommit commit, List<string> tape, out OneBatchReader reader)
    {
        reader = new(_log.Batch(generation: 1, 0, Records), tape);
        return new(reader, HandlerOf(sqlite, commit), Retry(), NullLogger<LogPump<InboundRecord>>.Instance);
    }

    private PersistHandler HandlerOf(OpenSqlite sqlite, IPersistCommit commit)
    {
        var cache = new ConversationCache(sqlite.Store, Retry(), Options.Create(new PersistOptions()), new LogLayout(_log.Epoch, 1));
        var poison = new PoisonBox(sqlite.Store, new DeadLetters(), Retry(), TimeProvider.System, NullLogger<PoisonBox>.Instance);
        var erased = new ErasedMessages(sqlite.Store, Retry(), NullLogger<ErasedMessages>.Instance);
        return new(cache, sqlite.Store, commit, poison, erased, Retry(), TimeProvider.System, NullLogger<PersistHandler>.Instance);
    }

    private static RetryForever Retry() => new(NullLogger<RetryForever>.Instance, TimeProvider.System);

    /// <summary>A log of one batch.</summary>
    private sealed class OneBatchReader(LogBatch<InboundRecord> batch, List<string> tape) : ILogReader<InboundRecord>
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes with the commit.</summary>
        public Task Done => _done.Task;

        public IReadOnlyList<(int Partition, long Generation)> Assignments => [(0, 1)];

        public async IAsyncEnumerable<LogBatch<InboundRecord>> ReadAsync(
            ILogStart? start, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return batch;
            await Task.CompletedTask;
        }

        public ValueTask CommitAsync(LogBatch<InboundRecord> batch, CancellationToken cancellationToken)
        {
            tape.Add($"committed {batch.Slices[0].NextOffset}");
            _done.SetResult();
            return default;
        }
    }

    /// <summary>A store that is away for the first writes.</summary>
    private sealed class FailingCommit(IPersistCommit commit, List<string> tape, int failures) : IPersistCommit
    {
        private int _tries;

        public async ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken)
        {
            if (_tries++ < failures)
            {
                tape.Add("failed");
                throw new DependencyUnavailableException("The store is away.");
            }

            await commit.CommitAsync(unit, cancellationToken);
            tape.Add("stored");
        }
    }

    /// <summary>A store with a bug.</summary>
    private sealed class BreakingCommit : IPersistCommit
    {
        public ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nobody expected this.");
    }

    /// <summary>Where what nobody can handle is put aside; the log has some of it.</summary>
    private sealed class DeadLetters : ILogWriter<DeadLetter>
    {
        public int PartitionCount => 1;

        public ValueTask AppendAsync(int partition, DeadLetter record, CancellationToken cancellationToken) => default;
    }
}
