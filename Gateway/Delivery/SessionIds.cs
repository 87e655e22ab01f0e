using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Delivery;

/// <summary>A conversation as one of its users sees it: what clients call a session (protocol chapter 03 section 1).</summary>
internal static class SessionIds
{
    /// <summary>The peer's id, or the group's.</summary>
    public static uint SessionOf(ConversationId conversation, UserId user) =>
        conversation.IsGroup ? conversation.GroupId : conversation.PeerOf(user).Value;

    /// <summary>Single or group.</summary>
    public static SessionType TypeOf(ConversationId conversation) =>
        conversation.IsGroup ? SessionType.Group : SessionType.Single;

    /// <summary>The pair a user means by a session id, or null when nobody can be that peer.</summary>
    public static ConversationId? PairOf(UserId user, uint sessionId)
    {
        var peer = new UserId(sessionId);
        return peer.IsValid && peer != user ? ConversationId.Pair(user, peer) : null;
    }
}
