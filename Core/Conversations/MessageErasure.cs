using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Core.Conversations;

/// <summary>
/// What is left of a message when its content is erased: the same PDU with nothing in it. Made from the message's meta alone, which is
/// never rewritten, so whoever makes it, and however often, makes the same bytes.
/// </summary>
public static class MessageErasure
{
    // iOS clients read the duration from the first four bytes of a voice message and crash on fewer (protocol chapter 03 section 10).
    private static readonly ByteString s_silence = ByteString.CopyFrom(0, 0, 0, 0);

    /// <summary>The body of an erased message.</summary>
    public static byte[] BodyOf(ConversationId conversation, uint messageId, MessageMeta meta)
    {
        var body = new MessageBody(
            conversation, meta.Sender, messageId, (long)meta.TimeMs, meta.MessageType, DataOf(meta),
            meta.ClientMadeId ? meta.ClientMessageId : null);
        var bytes = new byte[body.CalculateSize()];
        body.WriteTo(bytes);
        return bytes;
    }

    /// <summary>Whether nothing is left of a message's content; so also of one that never had any, which only an import brings.</summary>
    public static bool IsErased(ConversationId conversation, StoredMessage message) =>
        message.Body.Span.SequenceEqual(BodyOf(conversation, message.MessageId, message.Meta));

    private static ByteString DataOf(MessageMeta meta) =>
        (MsgType)meta.MessageType is MsgType.SingleAudio or MsgType.GroupAudio ? s_silence : ByteString.Empty;
}
