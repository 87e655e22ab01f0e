using System.Runtime.CompilerServices;
using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Embedded;

/// <summary>
/// The outbound log: every record is a row, written in the transaction that stores its messages, and the newest are also in memory.
/// The reader takes them from there as long as it keeps up and from the rows when it does not, or after a restart.
/// </summary>
internal sealed class SqliteOutboundLog(
    OutboundTable table, SqliteWriter writer, IOptions<EmbeddedOptions> options, ILogger<SqliteOutboundLog> log)
    : ILogReader<OutboundRecord>
{
    private readonly Lock _gate = new();
    private readonly AsyncSignal _arrived = new();
    private readonly OutboundTail _tail = new(options.Value.OutboundRecords, options.Value.OutboundBytes);
    private long _next;
    private long _last;
    private long _committed;
    private long _generation;
    private bool _progressIsUnderWay;

    public IReadOnlyList<(int Partition, long Generation)> Assignments =>
        Volatile.Read(ref _generation) is > 0 and var generation ? [(EmbeddedLayout.Partition, generation)] : [];

    /// <summary>Tells the reader of a record that has just been committed. Called in the order of the offsets.</summary>
    /// <param name="offset">Its offset.</param>
    /// <param name="record">Handed to the reader as it is; nobody may change it any more.</param>
    /// <param name="bytes">Its size.</param>
    public void Publish(long offset, OutboundRecord record, int bytes)
    {
        lock (_gate)
        {
            _tail.Add(offset, record, bytes);
            _last = offset;
            _arrived.Set();
        }
    }

    public async IAsyncEnumerable<LogBatch<OutboundRecord>> ReadAsync(
        ILogStart? start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BeginAsync(start, cancellationToken);
        while (true)
        {
            List<LogRecord<OutboundRecord>> records;
            long? missing;
            lock (_gate)
            {
                records = _tail.Take(_next);
                missing = records.Count > 0 || _next > _last ? null : _next;
            }

            if (missing is { } offset)
            {
                log.ReadingFromDisk(offset);
                records = await table.ReadAsync(offset, cancellationToken);
            }

            if (records.Count > 0)
                yield return new([Advance(records)]);
            else
                await _arrived.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Notes the progress; it reaches the disk with the next commit of anybody, or after a second of quiet. A crash before that
    /// repeats the batch.
    /// </summary>
    public ValueTask CommitAsync(LogBatch<OutboundRecord> batch, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _committed = Math.Max(_committed, batch.Slices[^1].NextOffset);
            if (_progressIsUnderWay)
                return ValueTask.CompletedTask;
            _progressIsUnderWay = true;
        }

        writer.RunLazily(new WriteAction(WriteProgress));
        return ValueTask.CompletedTask;
    }

    private async ValueTask BeginAsync(ILogStart? start, CancellationToken cancellationToken)
    {
        var (next, last) = await table.ReadBoundsAsync(cancellationToken);
        var asked = start is null ? null : await start.StartOffsetAsync(EmbeddedLayout.Partition, cancellationToken);
        lock (_gate)
        {
            _committed = Math.Max(_committed, next);
            _last = Math.Max(_last, last);
            _next = Math.Min(_committed, asked ?? long.MaxValue);
            Volatile.Write(ref _generation, _generation + 1);
            if (_next <= _last)
                log.BacklogFound(_next, _last);
        }
    }

    private LogSlice<OutboundRecord> Advance(List<LogRecord<OutboundRecord>> records)
    {
        var next = records[^1].Offset + 1;
        lock (_gate)
            _next = next;
        return new(
            EmbeddedLayout.Layout.Epoch, EmbeddedLayout.Partition, _generation, records[0].Offset, next, records);
    }

    private void WriteProgress(SqliteSession session)
    {
        long committed;
        lock (_gate)
        {
            // Before reading it, so that whoever commits later brings a job of his own.
            _progressIsUnderWay = false;
            committed = _committed;
        }

        OutboundTable.WriteProgress(session, committed);
    }
}
