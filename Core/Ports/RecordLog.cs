namespace BrokerIm.Core.Ports;

/// <summary>Writing hand of a record log: an ordered, partitioned, durable stream of records.</summary>
/// <typeparam name="TRecord">One of the records of <c>Contracts/records.proto</c>.</typeparam>
public interface ILogWriter<in TRecord>
{
    /// <summary>Partitions of this log; fixed for the life of an epoch.</summary>
    int PartitionCount { get; }

    /// <summary>
    /// Appends one record and returns once the log has it safely. Callers keep at most one unconfirmed record per partition, so
    /// order never rests on the client library.
    /// </summary>
    /// <param name="partition">0 to <see cref="PartitionCount"/> - 1.</param>
    /// <param name="record">At most <see cref="Limits.MaxRecordBytes"/> of payload plus its envelope.</param>
    /// <param name="cancellationToken">Gives up waiting; the record may still be appended.</param>
    /// <exception cref="DependencyUnavailableException">No confirmation in time; the record may be in the log. Appending it
    /// again is safe: readers recognise what they have seen.</exception>
    ValueTask AppendAsync(int partition, TRecord record, CancellationToken cancellationToken);
}

/// <summary>Reading hand of a record log, held by one worker; several workers of one group share the partitions.</summary>
public interface ILogReader<TRecord>
{
    /// <summary>
    /// Takes what is there, batch after batch, in order inside each partition. Records that were not committed come again
    /// after a restart or when another worker takes the partition over (embedded inbound: while the process lives).
    /// </summary>
    /// <param name="start">Asked for each partition when it is assigned; the reading starts at the smaller of this and what was
    /// committed. Null: at what was committed.</param>
    /// <param name="cancellationToken">Ends the sequence; partitions are handed back.</param>
    IAsyncEnumerable<LogBatch<TRecord>> ReadAsync(ILogStart? start, CancellationToken cancellationToken);

    /// <summary>What this reader holds right now: partitions with the generation of their assignment. A snapshot, safe from any
    /// thread; empty before the reading began.</summary>
    IReadOnlyList<(int Partition, long Generation)> Assignments { get; }

    /// <summary>Says that everything in the batch is done. Losing this is harmless: the batch comes again.</summary>
    ValueTask CommitAsync(LogBatch<TRecord> batch, CancellationToken cancellationToken);
}

/// <summary>What a log keeps of the past, read beside its workers and without taking anything from them. For operators.</summary>
public interface ILogHistory<TRecord>
{
    /// <summary>What is kept of each partition, by its number.</summary>
    /// <exception cref="DependencyUnavailableException">The log does not answer.</exception>
    ValueTask<IReadOnlyList<KeptRecords>> KeptAsync(CancellationToken cancellationToken);

    /// <summary>Records of a partition from one offset to before another, in batches of one slice.</summary>
    /// <exception cref="DependencyUnavailableException">The log does not hand out what it has.</exception>
    IAsyncEnumerable<LogBatch<TRecord>> ReadAsync(int partition, long fromOffset, long toOffset, CancellationToken cancellationToken);
}

/// <summary>What is kept of a partition.</summary>
/// <param name="First">Oldest offset.</param>
/// <param name="Done">Everything below this offset is done by the worker; at least <paramref name="First"/>.</param>
/// <param name="End">Next offset to be written.</param>
public readonly record struct KeptRecords(long First, long Done, long End);

/// <summary>Knows from where a partition must be read again, whatever the log's own committed offset says.</summary>
public interface ILogStart
{
    /// <summary>The lowest offset that may not be done yet, or null when nothing is known.</summary>
    ValueTask<long?> StartOffsetAsync(int partition, CancellationToken cancellationToken);
}

/// <summary>What one poll brought: at most one slice per partition.</summary>
public sealed record LogBatch<TRecord>(IReadOnlyList<LogSlice<TRecord>> Slices);

/// <summary>Consecutive records of one partition.</summary>
/// <param name="Epoch">Layout of the log.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Generation">Changes whenever the partition was (re)assigned to this reader; state kept for an older generation
/// of the partition is void.</param>
/// <param name="FirstOffset">Offset of the first record.</param>
/// <param name="NextOffset">Offset after the last record; what a commit stores.</param>
/// <param name="Records">At least one, offsets rising; gaps are possible.</param>
public sealed record LogSlice<TRecord>(
    int Epoch, int Partition, long Generation, long FirstOffset, long NextOffset, IReadOnlyList<LogRecord<TRecord>> Records);

/// <summary>One record of a log.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="Value">The record, or null when its bytes do not parse.</param>
/// <param name="Raw">The bytes as read, present when <paramref name="Value"/> is null.</param>
public readonly record struct LogRecord<TRecord>(long Offset, TRecord? Value, ReadOnlyMemory<byte> Raw);
