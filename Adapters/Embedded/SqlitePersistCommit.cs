using System.Buffers;
using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Google.Protobuf;

namespace BrokerIm.Adapters.Embedded;

/// <summary>
/// Rows, outbound records and progress in one transaction. Once that is on disk the outbound reader gets the records from memory.
/// </summary>
internal sealed class SqlitePersistCommit(SqliteWriter writer, SqliteOutboundLog outbound) : IPersistCommit
{
    public async ValueTask CommitAsync(PersistUnit unit, CancellationToken cancellationToken)
    {
        using var job = new Job(unit, outbound);
        await writer.RunAsync(job, cancellationToken);
    }

    private sealed class Job : WriteJob, IDisposable
    {
        private readonly PersistUnit _unit;
        private readonly SqliteOutboundLog _outbound;
        private readonly SortedCells _cells;
        private readonly Appended[] _records;

        /// <summary>Does on the caller's thread what need not be done on the writer's.</summary>
        public Job(PersistUnit unit, SqliteOutboundLog outbound)
        {
            _unit = unit;
            _outbound = outbound;
            _cells = new(unit.Rows);
            _records = new Appended[unit.Outbound.Count];
            for (var i = 0; i < _records.Length; i++)
            {
                ArgumentOutOfRangeException.ThrowIfNotEqual(unit.Outbound[i].Partition, EmbeddedLayout.Partition);
                _records[i] = Appended.From(unit.Outbound[i].Record);
            }
        }

        public override void Run(SqliteSession session)
        {
            _cells.Write(session);
            foreach (ref var record in _records.AsSpan())
                record.Offset = OutboundTable.Append(session, record.Bytes.AsSpan(0, record.Length));
            SortedCells.Write(session, _unit.Epoch, _unit.Progress);
        }

        public override void OnCommitted()
        {
            foreach (var record in _records)
                _outbound.Publish(record.Offset, record.Record, record.Length);
        }

        public void Dispose()
        {
            foreach (var record in _records)
                ArrayPool<byte>.Shared.Return(record.Bytes);
        }
    }

    /// <summary>A record in its rented bytes: a large batch has hundreds of kilobytes, too much for a new array each time.</summary>
    private struct Appended
    {
        public OutboundRecord Record;
        public byte[] Bytes;
        public int Length;
        public long Offset;

        public static Appended From(OutboundRecord record)
        {
            var length = record.CalculateSize();
            var bytes = ArrayPool<byte>.Shared.Rent(length);
            record.WriteTo(bytes.AsSpan(0, length));
            return new() { Record = record, Bytes = bytes, Length = length };
        }
    }
}
