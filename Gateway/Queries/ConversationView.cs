using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Groups;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Queries;

/// <summary>As much of a conversation as one user may see.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="HiddenUpTo">Last id before he joined the group; 0 for a pair, of which both see everything.</param>
internal readonly record struct ConversationView(ConversationId Conversation, uint HiddenUpTo);

/// <summary>Finds out what a user may see: pairs he is part of, which are all he can name, and groups he is a member of now.</summary>
internal sealed class ConversationViews(GroupAccess groups)
{
    /// <summary>The user's view of a conversation, null when he has none.</summary>
    /// <exception cref="Core.Ports.DependencyUnavailableException">The store did not answer.</exception>
    public async ValueTask<ConversationView?> OfAsync(
        Session session, SessionType type, uint sessionId, CancellationToken cancellationToken)
    {
        if (SessionIds.ConversationOf(session.User, type, sessionId) is not { } conversation)
            return null;
        if (!conversation.IsGroup)
            return new(conversation, HiddenUpTo: 0);

        var membership = await groups.MembershipAsync(sessionId, session.User, cancellationToken);
        return membership is { } stay ? new(conversation, stay.JoinHead) : null;
    }
}
