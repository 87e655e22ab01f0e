using BrokerIm.Core;
using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>Gathers records into a batch, a slice per partition.</summary>
internal sealed class BatchBuilder<TRecord>(int epoch, int maxRecords, int maxBytes)
{
    /// <summary>
    /// What a slice brings about becomes one outbound record of at most <see cref="KafkaOptions.MaxMessageBytes"/>. Persist may
    /// make twice the bytes of it where messages are short; one large record alone makes little more than it is.
    /// </summary>
    private const int MaxSliceBytes = 3 * Limits.MaxRecordBytes / 4;

    private readonly Dictionary<int, Part> _parts = [];
    private int _records;
    private int _bytes;

    public bool IsEmpty => _records == 0;

    public bool IsFull => _records >= maxRecords || _bytes >= maxBytes;

    /// <summary>Adds a record, or not if its slice has enough; it is then the first of the next batch.</summary>
    public bool TryAdd(int partition, long offset, in ParsedRecord<TRecord> record)
    {
        if (!_parts.TryGetValue(partition, out var part))
            _parts[partition] = part = new();
        else if (part.Bytes + record.Length > MaxSliceBytes)
            return false;

        part.Records.Add(new(offset, record.Value, record.Raw));
        part.Bytes += record.Length;
        _records++;
        _bytes += record.Length;
        return true;
    }

    /// <summary>Forgets what there is of a partition.</summary>
    public void Drop(int partition)
    {
        if (!_parts.Remove(partition, out var part))
            return;

        _records -= part.Records.Count;
        _bytes -= part.Bytes;
    }

    /// <summary>The batch; the builder is empty then.</summary>
    public LogBatch<TRecord> Build(IReadOnlyDictionary<int, long> generations)
    {
        var slices = new List<LogSlice<TRecord>>(_parts.Count);
        foreach (var (partition, part) in _parts)
        {
            // What comes after its partition was taken away is another member's.
            if (generations.TryGetValue(partition, out var generation))
                slices.Add(new(epoch, partition, generation, part.Records[0].Offset, part.Records[^1].Offset + 1, part.Records));
        }

        _parts.Clear();
        (_records, _bytes) = (0, 0);
        return new(slices);
    }

    private sealed class Part
    {
        public List<LogRecord<TRecord>> Records { get; } = [];

        public int Bytes { get; set; }
    }
}
