using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Workers.Persist;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance.Replay;

/// <summary>A Persist worker with nothing in memory, on a store that may do to it what networks do.</summary>
internal sealed class Worker
{
    private readonly RecordedLog _log;
    private readonly PersistHandler _handler;

    public Worker(RecordedLog log, ICassandraSession session, ILogWriter<OutboundRecord> outbound, int sharedRequestKeys = 10)
    {
        _log = log;

        // One request at a time, so that a step is a step.
        var settings = CassandraKeyspace.Settings("any");
        (settings.ConcurrentWrites, settings.ConcurrentReads, settings.SharedRequestKeys) = (1, 1, sharedRequestKeys);
        var store = new CassandraConversationStore(session, Options.Create(settings));
        var retry = new RetryForever(NullLogger<RetryForever>.Instance, TimeProvider.System);
        var cache = new ConversationCache(store, retry, Options.Create(new PersistOptions()), new LogLayout(log.Epoch, 1));
        var poison = new PoisonBox(store, new DeadLetters(), retry, TimeProvider.System, NullLogger<PoisonBox>.Instance);
        var erased = new ErasedMessages(store, retry, NullLogger<ErasedMessages>.Instance);
        _handler = new(
            cache,
            store,
            new StagedPersistCommit(store, outbound),
            poison,
            erased,
            retry,
            TimeProvider.System,
            NullLogger<PersistHandler>.Instance);
    }

    /// <summary>Works off the log from an offset on, in batches of so many records.</summary>
    /// <param name="from">Offset of the first record.</param>
    /// <param name="to">Offset after the last.</param>
    /// <param name="batchOf">Records of the next batch.</param>
    /// <param name="committed">Told the offset after each batch that is done.</param>
    public async Task RunAsync(int from, int to, Func<int> batchOf, Action<int>? committed = null)
    {
        while (from < to)
        {
            var count = Math.Min(batchOf(), to - from);
            await _handler.HandleAsync(_log.Batch(generation: 1, from, count), Deadline.Token);
            from += count;
            committed?.Invoke(from);
        }
    }

    /// <summary>Where the store would have it begin.</summary>
    public ValueTask<long?> StartOffsetAsync() => _handler.StartOffsetAsync(0, Deadline.Token);

    private sealed class DeadLetters : ILogWriter<DeadLetter>
    {
        public int PartitionCount => 1;

        public ValueTask AppendAsync(int partition, DeadLetter record, CancellationToken cancellationToken) => default;
    }
}

/// <summary>The outbound log, in memory.</summary>
internal sealed class OutboundTape : ILogWriter<OutboundRecord>
{
    /// <summary>Runs before and after a record is in it.</summary>
    public Func<Func<ValueTask>, ValueTask> Around { get; set; } = static append => append();

    public List<OutboundEvent> Events { get; } = [];

    public int PartitionCount => 1;

    public ValueTask AppendAsync(int partition, OutboundRecord record, CancellationToken cancellationToken) => Around(() =>
    {
        lock (Events)
            Events.AddRange(record.Clone().Events);
        return default;
    });
}

/// <summary>A session with something around every step.</summary>
internal sealed class SteppedCassandra(ICassandraSession inner, Func<Func<ValueTask>, ValueTask> around) : ICassandraSession
{
    public ValueTask WriteAsync<TRow>(CassandraWrite<TRow> write, ReadOnlyMemory<TRow> rows, CancellationToken cancellationToken) =>
        around(() => inner.WriteAsync(write, rows, cancellationToken));

    public async ValueTask<List<TResult>> ReadAsync<TKey, TResult>(
        CassandraRead<TKey, TResult> read, TKey key, CancellationToken cancellationToken)
    {
        List<TResult>? results = null;
        await around(async () => results = await inner.ReadAsync(read, key, cancellationToken));
        return results!;
    }

    public ValueTask RunAsync(string statement, CancellationToken cancellationToken) => inner.RunAsync(statement, cancellationToken);

    // Whoever opened the inner one closes it.
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
