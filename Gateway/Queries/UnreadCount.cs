using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Queries;

/// <summary>
/// Unread messages of a pair by subtraction: nothing is counted up or down, so nothing can drift. Every message carries how many
/// of messages 1 to itself the lower-numbered user had sent; the rest are the higher-numbered user's.
/// </summary>
internal static class UnreadCount
{
    /// <summary>Messages of the peer after the read mark.</summary>
    /// <param name="pair">The conversation.</param>
    /// <param name="reader">Whose unread messages.</param>
    /// <param name="head">Newest message.</param>
    /// <param name="read">Message the read mark names; null when the reader has read nothing.</param>
    public static uint Of(ConversationId pair, UserId reader, MessageHead head, MessageHead? read)
    {
        // The mark and the head are read one after the other, so the mark may already be beyond this head.
        if (read is null)
            return FromPeer(pair, reader, head);
        return read.MessageId >= head.MessageId ? 0 : FromPeer(pair, reader, head) - FromPeer(pair, reader, read);
    }

    private static uint FromPeer(ConversationId pair, UserId reader, MessageHead message) =>
        reader == pair.Low ? message.MessageId - message.Meta.LowCount : message.Meta.LowCount;
}
