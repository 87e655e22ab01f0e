using System.Reflection;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Workers.Persist;

/// <summary>
/// Separates what can be folded from what nobody can handle. A damaged envelope costs its record, a damaged entry only itself;
/// both go to the dead letters with their reason and are skipped for good, by replays too.
/// </summary>
internal sealed class PoisonBox(
    IConversationStore store, ILogWriter<DeadLetter> deadLetters, RetryForever retry, TimeProvider time, ILogger<PoisonBox> log)
{
    private const int WholeRecord = -1;
    private const uint KnownVersion = 1;

    private static readonly string s_build =
        typeof(PoisonBox).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private readonly HashSet<LogPosition> _skips = [];
    private List<SkipRow> _fresh = [];

    /// <summary>Reads the decisions of earlier owners of a partition.</summary>
    public async ValueTask LoadSkipsAsync(int epoch, int partition, long fromOffset, CancellationToken cancellationToken)
    {
        _skips.RemoveWhere(position => position.Partition == partition);
        _skips.UnionWith(await retry.RunAsync(
            "reading skips", token => store.ReadSkipsAsync(epoch, partition, fromOffset, token), cancellationToken));
    }

    /// <summary>The entries of a batch that can be folded, in log order.</summary>
    public async ValueTask<List<PositionedEntry>> SortOutAsync(
        LogBatch<InboundRecord> batch, CancellationToken cancellationToken)
    {
        var entries = new List<PositionedEntry>(
            batch.Slices.Sum(static slice => slice.Records.Sum(static record => record.Value?.Entries.Count ?? 0)));
        foreach (var slice in batch.Slices)
        {
            foreach (var record in slice.Records)
            {
                var position = new LogPosition(slice.Epoch, slice.Partition, record.Offset, WholeRecord);
                if (_skips.Contains(position))
                    continue;

                if (record.Value is { } value)
                    await AddAsync(entries, value, position, cancellationToken);
                else
                    await SalvageAsync(entries, record.Raw, position, cancellationToken);
            }
        }

        return entries;
    }

    /// <summary>Decisions made since the last call; they belong into the batch's unit.</summary>
    public List<SkipRow> TakeSkips()
    {
        var fresh = _fresh;
        _fresh = [];
        return fresh;
    }

    private async ValueTask AddAsync(
        List<PositionedEntry> entries, InboundRecord record, LogPosition position, CancellationToken cancellationToken)
    {
        if (record.Version != KnownVersion)
        {
            // A newer format is not damage: going on would give ids that differ from those of workers that can read it.
            throw new InvalidDataException($"Record at {position} has version {record.Version}; this build knows {KnownVersion}.");
        }

        for (var i = 0; i < record.Entries.Count; i++)
        {
            var entry = record.Entries[i];
            var at = position with { Index = i };
            if (_skips.Contains(at))
                continue;

            if (ConversationFold.Defect(entry) is { } defect)
                await SkipAsync(at, defect, entry.ToByteString(), cancellationToken);
            else
                entries.Add(new(entry, new(entry.Relation), at, record));
        }
    }

    /// <summary>Reads the envelope alone and then entry by entry.</summary>
    private async ValueTask SalvageAsync(
        List<PositionedEntry> entries, ReadOnlyMemory<byte> raw, LogPosition position, CancellationToken cancellationToken)
    {
        if (!TryParse(InboundRecordUnparsed.Parser, raw.Span, out var envelope, out var reason))
        {
            await SkipAsync(position, reason, ByteString.CopyFrom(raw.Span), cancellationToken);
            return;
        }

        var record = new InboundRecord
        {
            Version = envelope.Version,
            Gateway = envelope.Gateway,
            Incarnation = envelope.Incarnation,
            TraceParent = envelope.TraceParent,
        };
        for (var i = 0; i < envelope.Entries.Count; i++)
        {
            // A placeholder keeps the indexes, and with them every write timestamp, as they would be.
            if (TryParse(InboundEntry.Parser, envelope.Entries[i].Span, out var entry, out reason))
            {
                record.Entries.Add(entry);
                continue;
            }

            record.Entries.Add(new InboundEntry());
            var at = position with { Index = i };
            if (!_skips.Contains(at))
                await SkipAsync(at, reason, envelope.Entries[i], cancellationToken);
        }

        await AddAsync(entries, record, position, cancellationToken);
    }

    private async ValueTask SkipAsync(
        LogPosition position, string reason, ByteString original, CancellationToken cancellationToken)
    {
        var letter = new DeadLetter
        {
            Topic = "inbound",
            Partition = position.Partition,
            Offset = position.Offset,
            Epoch = position.Epoch,
            Index = position.Index,
            Reason = reason,
            Original = original,
            Build = s_build,
            TimeMs = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
        };

        // The letter first: a crash in between repeats the letter, the other order could lose it.
        await retry.RunAsync(
            "writing a dead letter", token => deadLetters.AppendAsync(0, letter, token), cancellationToken);
        _skips.Add(position);
        _fresh.Add(new(position, reason));
        PersistMetrics.Skips.Add(1);
        log.Skipped(position, reason);
    }

    private static bool TryParse<TMessage>(
        MessageParser<TMessage> parser, ReadOnlySpan<byte> bytes, out TMessage message, out string reason)
        where TMessage : IMessage<TMessage>
    {
        try
        {
            message = parser.ParseFrom(bytes);
            reason = "";
            return true;
        }
        catch (InvalidProtocolBufferException exception)
        {
            message = default!;
            reason = exception.Message;
            return false;
        }
    }
}
