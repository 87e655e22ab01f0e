using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Embedded;

/// <summary>
/// The newest outbound records, in memory for the reader that keeps up. Bounded: a reader that falls behind finds the oldest gone
/// and reads them from the table. Guarded by its owner.
/// </summary>
internal sealed class OutboundTail(int maxRecords, long maxBytes)
{
    private readonly Queue<Held> _held = [];
    private long _bytes;

    /// <summary>Adds the newest record.</summary>
    public void Add(long offset, OutboundRecord record, int bytes)
    {
        _held.Enqueue(new(offset, record, bytes));
        _bytes += bytes;
        while (_held.Count > maxRecords || _bytes > maxBytes)
            Drop();
    }

    /// <summary>Takes records from an offset on, about one inbound record's worth of events at most; none when the record at that
    /// offset is not here.</summary>
    public List<LogRecord<OutboundRecord>> Take(long offset)
    {
        while (_held.TryPeek(out var old) && old.Offset < offset)
            Drop();

        var records = new List<LogRecord<OutboundRecord>>();
        for (var events = 0; _held.TryPeek(out var held) && held.Offset == offset; offset++)
        {
            events += held.Record.Events.Count;
            if (records.Count > 0 && events > Limits.MaxRecordEntries)
                break;

            records.Add(new(offset, held.Record, default));
            Drop();
        }

        return records;
    }

    private void Drop() => _bytes -= _held.Dequeue().Bytes;

    private readonly record struct Held(long Offset, OutboundRecord Record, int Bytes);
}
