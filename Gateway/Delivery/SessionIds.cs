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

    /// <summary>
    /// The conversation a user means by a session id, or null when there can be none. Of a group it does not say that he is a member.
    /// </summary>
    public static ConversationId? ConversationOf(UserId user, SessionType type, uint sessionId)
    {
        if (type == SessionType.Group)
            return ConversationId.Group(sessionId) is { IsValid: true } group ? group : null;

        var peer = new UserId(sessionId);
        return peer.IsValid && peer != user ? ConversationId.Pair(user, peer) : null;
    }
}
