using System.Runtime.CompilerServices;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Embedded;

/// <summary>
/// The inbound log in memory: nobody was told about what is in it, so it may die with the process. Offsets go on where the stored
/// progress ends, so a position is never given twice.
/// </summary>
/// <remarks>Bounded in entries and bytes, those at work included; a full log makes its writers wait.</remarks>
internal sealed class EmbeddedInboundLog(IConversationStore store, IOptions<EmbeddedOptions> options)
    : ILogWriter<InboundRecord>, ILogReader<InboundRecord>
{
    /// <summary>PDUs handed out at once; a batch of this size shares its commit well.</summary>
    private const int BatchEntries = 4_000;

    /// <summary>What an entry weighs besides its data: the object and its other fields.</summary>
    private const int EntryBytes = 160;

    private readonly int _maxEntries = options.Value.InboundEntries;
    private readonly long _maxBytes = options.Value.InboundBytes;
    private readonly Lock _gate = new();
    private readonly AsyncSignal _arrived = new();
    private Queue<Held> _waiting = [];
    private Queue<Held> _atWork = [];
    private TaskCompletionSource? _roomMade;
    private int _entries;
    private long _bytes;
    private long? _firstWaiting;
    private long _generation;

    public int PartitionCount => EmbeddedLayout.Layout.Partitions;

    public IReadOnlyList<(int Partition, long Generation)> Assignments =>
        Volatile.Read(ref _generation) is > 0 and var generation ? [(EmbeddedLayout.Partition, generation)] : [];

    /// <summary>Queues the record and returns; waits first while the log is full.</summary>
    public async ValueTask AppendAsync(int partition, InboundRecord record, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(partition, EmbeddedLayout.Partition);
        cancellationToken.ThrowIfCancellationRequested();
        var held = new Held(record, record.Entries.Count, BytesOf(record));
        while (TryAdd(held) is { } full)
            await full.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A start below the stored progress changes nothing here: what was committed is not kept. Reading again hands out again what
    /// was not committed, under a new generation.
    /// </remarks>
    public async IAsyncEnumerable<LogBatch<InboundRecord>> ReadAsync(
        ILogStart? start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken);
        while (true)
        {
            if (Take() is { } slice)
                yield return new([slice]);
            else
                await _arrived.WaitAsync(cancellationToken);
        }
    }

    public ValueTask CommitAsync(LogBatch<InboundRecord> batch, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var slice in batch.Slices)
                Forget(slice.NextOffset);
            _roomMade?.SetResult();
            _roomMade = null;
        }

        return ValueTask.CompletedTask;
    }

    private static long BytesOf(InboundRecord record)
    {
        long bytes = 0;
        foreach (var entry in record.Entries)
            bytes += EntryBytes + entry.Data.Length + (entry.Users.Count * sizeof(uint));
        return bytes;
    }

    /// <summary>Adds the record, or returns what to wait for before trying again.</summary>
    private Task? TryAdd(Held held)
    {
        lock (_gate)
        {
            // A record larger than the bound passes when it is alone.
            var isFull = _entries > 0 && (_entries + held.Entries > _maxEntries || _bytes + held.Bytes > _maxBytes);
            if (isFull)
                return (_roomMade ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

            _waiting.Enqueue(held);
            _entries += held.Entries;
            _bytes += held.Bytes;
            _arrived.Set();
            return null;
        }
    }

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (_firstWaiting is null)
        {
            var progress = await store.ReadProgressAsync(EmbeddedLayout.Layout.Epoch, cancellationToken);
            _firstWaiting = progress.GetValueOrDefault(EmbeddedLayout.Partition);
        }

        lock (_gate)
        {
            _firstWaiting -= _atWork.Count;
            foreach (var held in _waiting)
                _atWork.Enqueue(held);
            _waiting.Clear();
            (_waiting, _atWork) = (_atWork, _waiting);
            Volatile.Write(ref _generation, _generation + 1);
        }
    }

    /// <summary>Everything that waits, up to the size of a batch; null when nothing does.</summary>
    private LogSlice<InboundRecord>? Take()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
                return null;

            var first = _firstWaiting!.Value;
            var next = first;
            var records = new List<LogRecord<InboundRecord>>(_waiting.Count);
            for (var entries = 0; _waiting.TryPeek(out var held); )
            {
                entries += held.Entries;
                if (records.Count > 0 && entries > BatchEntries)
                    break;

                _atWork.Enqueue(_waiting.Dequeue());
                records.Add(new(next++, held.Record, default));
            }

            _firstWaiting = next;
            return new(EmbeddedLayout.Layout.Epoch, EmbeddedLayout.Partition, _generation, first, next, records);
        }
    }

    private void Forget(long nextOffset)
    {
        while (_atWork.Count > 0 && _firstWaiting - _atWork.Count < nextOffset)
        {
            var held = _atWork.Dequeue();
            _entries -= held.Entries;
            _bytes -= held.Bytes;
        }
    }

    private readonly record struct Held(InboundRecord Record, int Entries, long Bytes);
}
