using System.Security.Cryptography;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance.Replay;

/// <summary>
/// A partition's log as gateways would have written it: messages of a few conversations, repeats under the same client id, late ones
/// too, read marks, and now and then an order to erase or an entry that nobody can handle.
/// </summary>
internal sealed class RecordedLog
{
    /// <summary>Records in a partition of their own.</summary>
    public RecordedLog(int seed, int conversations, int records, int epoch)
    {
        var random = new Random(seed);
        Epoch = epoch;
        Conversations = [.. Enumerable.Range(0, conversations).Select(_ => Fresh.Pair())];
        var sent = new List<InboundEntry>();
        var clockMs = 1_700_000_000_000L;
        for (var i = 0; i < records; i++)
        {
            var record = new InboundRecord { Version = 1, Gateway = "g1", Incarnation = 1 };
            for (var left = random.Next(1, 6); left > 0; left--)
            {
                clockMs += random.Next(3);
                record.Entries.Add(random.Next(10) switch
                {
                    0 when sent.Count > 0 => sent[random.Next(sent.Count)].Clone(),
                    1 => ReadMark(random, clockMs),
                    3 when random.Next(3) == 0 => Erase(random, clockMs),
                    2 when random.Next(4) == 0 => new InboundEntry { Kind = EntryKind.Message, Relation = 5 },
                    _ => Send(random, clockMs, sent),
                });
            }

            Records.Add(record);
        }
    }

    public int Epoch { get; }

    public ConversationId[] Conversations { get; }

    public List<InboundRecord> Records { get; } = [];

    /// <summary>What a reader would be given from an offset on.</summary>
    public LogBatch<InboundRecord> Batch(long generation, int first, int count) => new(
    [
        new(Epoch, Partition: 0, generation, first, first + count,
            [.. Records.Skip(first).Take(count).Select((record, i) => new LogRecord<InboundRecord>(first + i, record.Clone(), default))]),
    ]);

    private InboundEntry Send(Random random, long clockMs, List<InboundEntry> sent)
    {
        var conversation = Conversations[random.Next(Conversations.Length)];
        var id = new byte[ClientMessageId.Size];

        // Some were made a while before they got through.
        ClientMessageId.Create(clockMs - (random.Next(3) == 0 ? random.Next(50) : 0), RandomNumberGenerator.GetBytes(10)).Write(id);
        var entry = new InboundEntry
        {
            Kind = EntryKind.Message,
            Relation = conversation.Value,
            Sender = (random.Next(2) == 0 ? conversation.Low : conversation.High).Value,
            StampMs = (ulong)clockMs,
            ClientMessageId = ByteString.CopyFrom(id),
            ClientMadeId = true,
            Connection = 1,
            Sequence = (uint)random.Next(1, 1_000),
            MessageType = 1,
            Data = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(random.Next(1, 60))),
        };
        sent.Add(entry);
        return entry;
    }

    private InboundEntry Erase(Random random, long clockMs) => new()
    {
        Kind = EntryKind.Erase,
        Relation = Conversations[random.Next(Conversations.Length)].Value,
        StampMs = (ulong)clockMs,
        MessageIds = { (uint)random.Next(1, 20), (uint)random.Next(20, 40) },
    };

    private InboundEntry ReadMark(Random random, long clockMs)
    {
        var conversation = Conversations[random.Next(Conversations.Length)];
        return new()
        {
            Kind = EntryKind.ReadMark,
            Relation = conversation.Value,
            Sender = (random.Next(2) == 0 ? conversation.Low : conversation.High).Value,
            StampMs = (ulong)clockMs,
            ReadId = (uint)random.Next(1, 20),
        };
    }
}
