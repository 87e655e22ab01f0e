using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Import.TeamTalk;

/// <summary>A conversation as it will be stored: its messages in order, and what its users have to do with it.</summary>
/// <param name="id">Pair or group.</param>
/// <param name="messages">Sorted; the first gets id 1.</param>
internal sealed class Conversation(ConversationId id, List<SourceMessage> messages)
{
    /// <summary>Positions of imported rows lie in epoch 0, below every position of a running log.</summary>
    private const int Epoch = 0;

    /// <summary>Which.</summary>
    public ConversationId Id => id;

    /// <summary>In order.</summary>
    public IReadOnlyList<SourceMessage> Messages => messages;

    /// <summary>Id of the newest message, 0 when there is none.</summary>
    public uint Head => (uint)messages.Count;

    /// <summary>What is stored beside the messages; written with the last of them.</summary>
    public StoreBatch Sides { get; } = new();

    /// <summary>
    /// The position something is written at. Positions need to differ only within a conversation, so they are made of the message's id
    /// and do not depend on what else is imported.
    /// </summary>
    public static LogPosition PositionOf(uint messageId) => new(Epoch, Partition: 0, Offset: messageId, Index: 0);

    /// <summary>Time of the newest message, Unix milliseconds; as stored, so never before an earlier one's.</summary>
    public long HeadTimeMs => messages.Count == 0 ? 0 : messages.Max(static message => message.TimeMs);

    /// <summary>The newest message that was sent before a time, in Unix seconds; 0 when there is none.</summary>
    public uint NewestBefore(long seconds) => (uint)(messages.FindLastIndex(message => message.Row.Created < seconds) + 1);

    /// <summary>The rows of the messages above an id, made as they are asked for.</summary>
    public IEnumerable<MessageRow> RowsAbove(uint messageId)
    {
        foreach (var (number, message, timeMs, lowCount) in Numbered())
        {
            if (number <= messageId)
                continue;
            var data = message.ReadData();
            var body = new MessageBody(id, message.Row.Sender, number, timeMs, message.Row.Type, data, ClientMessageId: null);
            var bytes = new byte[body.CalculateSize()];
            body.WriteTo(bytes);
            yield return new(id, number, PositionOf(number), MetaOf(message, timeMs, lowCount, data).ToByteArray(), bytes);
        }
    }

    /// <summary>What is stored of a message besides its body.</summary>
    public MessageMeta MetaOf(uint messageId)
    {
        var (_, message, timeMs, lowCount) = Numbered().ElementAt((int)messageId - 1);
        return MetaOf(message, timeMs, lowCount, message.ReadData());
    }

    private MessageMeta MetaOf(SourceMessage message, long timeMs, uint lowCount, ByteString data) => new()
    {
        ClientMessageId = message.ClientId(id).ToByteString(),
        Sender = message.Row.Sender,
        MessageType = message.Row.Type,
        TimeMs = (ulong)timeMs,
        LowCount = lowCount,
        Hash = MessageHash.Of(message.Row.Type, data.Span),
    };

    private IEnumerable<(uint Number, SourceMessage Message, long TimeMs, uint LowCount)> Numbered()
    {
        var (number, timeMs, lowCount) = (0u, 0L, 0u);
        foreach (var message in messages)
        {
            number++;
            timeMs = Math.Max(timeMs, message.TimeMs);
            lowCount += !id.IsGroup && message.Row.Sender == id.Low.Value ? 1u : 0u;
            yield return (number, message, timeMs, lowCount);
        }
    }
}
