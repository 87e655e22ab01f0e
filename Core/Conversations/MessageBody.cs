using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Core.Conversations;

/// <summary>
/// The final <c>IMMsgData</c> of a message (protocol chapter 03 section 2), fields ascending, written once and opaque from then on.
/// </summary>
/// <param name="Conversation">Says who receives: the group, or the other one of the pair.</param>
/// <param name="Sender">Who sent it.</param>
/// <param name="MessageId">Id in its conversation.</param>
/// <param name="TimeMs">Unix milliseconds; clients get seconds.</param>
/// <param name="MessageType">MsgType.</param>
/// <param name="Data">The client's <c>msg_data</c>, opaque.</param>
/// <param name="ClientMessageId">Only when the client made it, so that old clients see what they always saw; else null.</param>
public readonly record struct MessageBody(
    ConversationId Conversation,
    uint Sender,
    uint MessageId,
    long TimeMs,
    uint MessageType,
    ByteString Data,
    ByteString? ClientMessageId)
{
    private uint Receiver => Conversation.IsGroup ? Conversation.GroupId : Conversation.PeerOf(new(Sender)).Value;

    private uint Seconds => (uint)(TimeMs / 1000);

    /// <summary>Bytes that <see cref="WriteTo"/> needs.</summary>
    public int CalculateSize() =>
        1 + CodedOutputStream.ComputeUInt32Size(Sender)
        + 1 + CodedOutputStream.ComputeUInt32Size(Receiver)
        + 1 + CodedOutputStream.ComputeUInt32Size(MessageId)
        + 1 + CodedOutputStream.ComputeUInt32Size(Seconds)
        + 1 + CodedOutputStream.ComputeUInt32Size(MessageType)
        + 1 + CodedOutputStream.ComputeBytesSize(Data)
        + (ClientMessageId is null ? 0 : 2 + CodedOutputStream.ComputeBytesSize(ClientMessageId));

    /// <summary>Writes it into exactly as many bytes as it needs.</summary>
    public void WriteTo(Span<byte> destination)
    {
        var output = new ProtoSpanWriter(destination);
        output.Varint(1, Sender);
        output.Varint(2, Receiver);
        output.Varint(3, MessageId);
        output.Varint(4, Seconds);
        output.Varint(5, MessageType);
        output.Bytes(6, Data.Span);
        if (ClientMessageId is not null)
            output.Bytes(21, ClientMessageId.Span);
    }
}
