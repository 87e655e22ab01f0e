using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Delivery;

/// <summary>
/// Messages that come back from the store to the connection that sent them. Their answer is under way or was lost, so the
/// connection gets the answer and not its own message as if it were somebody else's.
/// </summary>
internal static class OwnSends
{
    /// <summary>Whether the session sent this message a moment ago; its answer is then written unless it has been already.</summary>
    public static bool TryAnswer(Session session, ConversationId conversation, StoredMessage message)
    {
        if (message.Meta.Sender != session.User.Value
            || session.Sends is not { } sends
            || !ClientMessageId.TryRead(message.Meta.ClientMessageId.Span, out var id)
            || sends.Sent.Find(sequence: 0, id) is not { } sent)
            return false;

        sends.TurnedAway.Remove(conversation, id);
        if (sent.Answered)
            return true;

        Span<byte> frame = stackalloc byte[AckFrame.MaxBytes];
        var length = new AckFrame
        {
            Sender = session.User,
            Conversation = conversation,
            MessageId = message.MessageId,
            Sequence = sent.Sequence,
            ClientMessageId = sent.MadeByClient ? message.Meta.ClientMessageId.Span : [],
            Status = SendStatus.Stored,
        }.Write(frame);
        session.Write(frame[..length]);
        sends.Sent.MarkAnswered(sent.Sequence, id);
        return true;
    }
}
