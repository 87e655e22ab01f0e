using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Delivery;

/// <summary>Compares what a user's connections were given with what the store holds, and has the difference brought.</summary>
internal sealed class SessionCheck(
    IConversationReader store, IGroupReader groups, QueryDeadline deadline, GapFiller gaps, DeliveryMetrics metrics)
{
    private const int MaxConversations = 1_000;

    /// <summary>Checks the user's conversations that were active since a moment.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="sessions">The user's sessions.</param>
    /// <param name="sinceMs">Unix milliseconds.</param>
    /// <param name="concerns">Which conversations to look at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Repairs started.</returns>
    /// <exception cref="DependencyUnavailableException">The store did not answer.</exception>
    public async ValueTask<int> RunAsync(
        UserId user,
        IReadOnlyList<Session> sessions,
        long sinceMs,
        Func<ConversationId, bool> concerns,
        CancellationToken cancellationToken)
    {
        var repairs = 0;
        foreach (var (conversation, head) in await HeadsAsync(user, sinceMs, concerns, cancellationToken))
        {
            foreach (var session in sessions)
            {
                if (TryReach(session, conversation, head))
                {
                    metrics.RepairStarted();
                    gaps.Fill(session, conversation);
                    repairs++;
                }
            }
        }

        return repairs;
    }

    /// <summary>
    /// Takes the present heads as given: the client, which has just logged in, asks for what is there by itself.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The store did not answer.</exception>
    public async ValueTask SetBaselineAsync(Session session, CancellationToken cancellationToken)
    {
        var heads = await HeadsAsync(session.User, LoginMoment.MissedSinceMs(session), static _ => true, cancellationToken);
        lock (session.Cursor.Gate)
        {
            foreach (var (conversation, head) in heads)
                session.Cursor.Baseline(conversation, head.MessageId);
        }
    }

    private async ValueTask<IReadOnlyList<(ConversationId Conversation, MessageHead Head)>> HeadsAsync(
        UserId user, long sinceMs, Func<ConversationId, bool> concerns, CancellationToken cancellationToken)
    {
        var active = await deadline.AskAsync(
            token => store.ConversationsOfAsync(user, Math.Max(0, sinceMs - Limits.ActivitySpanMs), MaxConversations, token), cancellationToken);
        var mine = await deadline.AskAsync(token => groups.GroupsOfAsync(user, token), cancellationToken);
        List<ConversationId> conversations =
        [
            .. active.Select(one => one.Conversation).Concat(mine.Select(one => ConversationId.Group(one.Group))).Where(concerns),
        ];
        if (conversations.Count == 0)
            return [];

        var heads = await deadline.AskAsync(token => store.HeadsAsync(conversations, token), cancellationToken);
        var found = new List<(ConversationId, MessageHead)>(conversations.Count);
        for (var i = 0; i < conversations.Count; i++)
        {
            // When a group was active nobody writes down for each of its members; its head tells.
            if (heads[i] is { } head && (!conversations[i].IsGroup || head.Meta.TimeMs >= (ulong)Math.Max(0, sinceMs)))
                found.Add((conversations[i], head));
        }

        return found;
    }

    private static bool TryReach(Session session, ConversationId conversation, MessageHead head)
    {
        lock (session.Cursor.Gate)
        {
            // Of what the session knows nothing about, only what came around or after its login can have been missed.
            var missed = session.Cursor.Knows(conversation)
                || head.Meta.TimeMs >= (ulong)LoginMoment.MissedSinceMs(session);
            return missed && session.Cursor.Reach(conversation, head.MessageId);
        }
    }
}
