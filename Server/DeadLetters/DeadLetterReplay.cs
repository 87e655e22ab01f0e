using System.Security.Cryptography;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace BrokerIm.Server.DeadLetters;

/// <summary>
/// Makes a new record of what a letter holds, where that can be read by now. It takes a new place in the log and so a new, later id:
/// history is never rewritten.
/// </summary>
internal static class DeadLetterReplay
{
    private const uint RecordVersion = 1;
    private const string Inbound = "inbound";

    /// <summary>The entries of a letter.</summary>
    /// <param name="letter">Which.</param>
    /// <param name="problem">Why it cannot be replayed, when it returns nothing.</param>
    public static RepeatedField<InboundEntry> Entries(DeadLetter letter, out string? problem)
    {
        problem = null;
        if (letter.Topic != Inbound)
        {
            problem = "what it told is stored, and clients find it there; there is nothing to replay";
            return [];
        }

        try
        {
            RepeatedField<InboundEntry> entries = letter.Index < 0
                ? InboundRecord.Parser.ParseFrom(letter.Original).Entries
                : [InboundEntry.Parser.ParseFrom(letter.Original)];
            problem = entries.Count == 0
                ? "it holds no entry"
                : entries.Select(ConversationFold.Defect).FirstOrDefault(static defect => defect is not null);
            return problem is null ? entries : [];
        }
        catch (InvalidProtocolBufferException exception)
        {
            problem = exception.Message;
            return [];
        }
    }

    /// <summary>Appends the entries, one record per partition, and returns once the log has them.</summary>
    /// <param name="log">Where to.</param>
    /// <param name="entries">From <see cref="Entries"/>.</param>
    /// <param name="newIds">Gives messages a new client id, for those so old that their own would be refused as stale. Should the
    /// message be stored after all, it then stands there twice.</param>
    /// <param name="time">Clock of the new ids.</param>
    /// <param name="cancellationToken">Gives up; the entries may be in the log.</param>
    public static async ValueTask AppendAsync(
        ILogWriter<InboundRecord> log,
        IEnumerable<InboundEntry> entries,
        bool newIds,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var part in entries.GroupBy(entry => Partitioning.PartitionOf(new(entry.Relation), log.PartitionCount)))
        {
            var record = new InboundRecord { Version = RecordVersion, Gateway = "operator" };
            foreach (var entry in part)
            {
                if (newIds && entry.ClientMessageId.Length == ClientMessageId.Size)
                {
                    entry.ClientMessageId = ClientMessageId.Create(nowMs, RandomNumberGenerator.GetBytes(32)).ToByteString();
                    entry.StampMs = (ulong)nowMs;
                }

                record.Entries.Add(entry);
            }

            await log.AppendAsync(part.Key, record, cancellationToken);
        }
    }
}
