using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;
using Google.Protobuf;

namespace BrokerIm.Simulation.Variants;

/// <summary>Offsets are committed when records are read.</summary>
internal sealed class CommitEarly : Variant
{
    public override string Name => "commit-early";

    public override string Says => "offsets are committed before the work is done";

    public override ILogReader<InboundRecord> Inbound(ILogReader<InboundRecord> reader, Node node, int worker) => new Early(reader);

    private sealed class Early(ILogReader<InboundRecord> inner) : ILogReader<InboundRecord>
    {
        public IReadOnlyList<(int Partition, long Generation)> Assignments => inner.Assignments;

        public async IAsyncEnumerable<LogBatch<InboundRecord>> ReadAsync(
            ILogStart? start, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            // The store's own account would draw the reading back; who commits early does not keep one.
            await foreach (var batch in inner.ReadAsync(start: null, cancellationToken))
            {
                try
                {
                    await inner.CommitAsync(batch, cancellationToken);
                }
                catch (DependencyUnavailableException)
                {
                    // The next commit says more.
                }

                yield return batch;
            }
        }

        public ValueTask CommitAsync(LogBatch<InboundRecord> batch, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}

/// <summary>Every send looks new.</summary>
internal sealed class NoDedupe : Variant
{
    public override string Name => "no-dedupe";

    public override string Says => "a repeat is not recognised, because it gets a client id of its own";

    public override ILogReader<InboundRecord> Inbound(ILogReader<InboundRecord> reader, Node node, int worker)
    {
        var first = new Dictionary<(uint Sender, ByteString Id), long>();
        return new Rewriting(reader, (offset, index, entry) =>
        {
            var position = (offset << 12) + index;
            if (entry.Kind != EntryKind.Message || first.TryAdd((entry.Sender, entry.ClientMessageId), position)
                || first[(entry.Sender, entry.ClientMessageId)] == position)
                return entry;

            Span<byte> unique = stackalloc byte[10];
            BinaryPrimitives.WriteInt64BigEndian(unique, -position);
            var other = entry.Clone();
            other.ClientMessageId = ClientMessageId.Create((long)entry.StampMs, unique).ToByteString();
            return other;
        });
    }
}

/// <summary>Some workers are of a build with other rules.</summary>
internal sealed class TwoRules : Variant
{
    public override string Name => "two-rules";

    public override string Says => "every second worker refuses what others store";

    public override ILogReader<InboundRecord> Inbound(ILogReader<InboundRecord> reader, Node node, int worker) =>
        worker % 2 == 0 ? reader : new Rewriting(reader, static (_, _, entry) =>
        {
            if (entry.Kind != EntryKind.Message || (entry.StampMs & 7) != 0)
                return entry;

            // As a read mark of nothing it changes nothing.
            return new() { Kind = EntryKind.ReadMark, Relation = entry.Relation, Sender = entry.Sender };
        });
}

/// <summary>Hands on other entries than the log holds.</summary>
internal sealed class Rewriting(ILogReader<InboundRecord> inner, Func<long, int, InboundEntry, InboundEntry> rewrite)
    : ILogReader<InboundRecord>
{
    public IReadOnlyList<(int Partition, long Generation)> Assignments => inner.Assignments;

    public async IAsyncEnumerable<LogBatch<InboundRecord>> ReadAsync(
        ILogStart? start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in inner.ReadAsync(start, cancellationToken))
            yield return new([.. batch.Slices.Select(slice => slice with { Records = [.. slice.Records.Select(Rewrite)] })]);
    }

    public ValueTask CommitAsync(LogBatch<InboundRecord> batch, CancellationToken cancellationToken) =>
        inner.CommitAsync(batch, cancellationToken);

    private LogRecord<InboundRecord> Rewrite(LogRecord<InboundRecord> record)
    {
        var other = new InboundRecord(record.Value!);
        for (var i = 0; i < other.Entries.Count; i++)
            other.Entries[i] = rewrite(record.Offset, i, other.Entries[i]);
        return record with { Value = other };
    }
}
