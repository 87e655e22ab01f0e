using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Queries;

/// <summary>The conversations of a user: his pairs, which the store lists, and his groups, which follow from his memberships.</summary>
internal sealed class ConversationList(IConversationReader store, IGroupReader groups)
{
    /// <summary>A user's conversations that have a message he sees, latest activity first.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="sinceMs">Only those active at or after this time, in Unix milliseconds.</param>
    /// <param name="max">At most this many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<List<ListedConversation>> ReadAsync(
        UserId user, long sinceMs, int max, CancellationToken cancellationToken)
    {
        var active = await store.ConversationsOfAsync(user, Math.Max(0, sinceMs - Limits.ActivitySpanMs), max, cancellationToken);
        var pairs = active.Where(one => one.Conversation.HasMember(user)).ToList();
        var mine = await groups.GroupsOfAsync(user, cancellationToken);
        var heads = await store.HeadsAsync(
            [.. pairs.Select(one => one.Conversation), .. mine.Select(one => ConversationId.Group(one.Group))], cancellationToken);

        var listed = new List<ListedConversation>(heads.Count);
        for (var i = 0; i < pairs.Count; i++)
        {
            if (heads[i] is { } head && Math.Max(pairs[i].ActivityMs, (long)head.Meta.TimeMs) is var activeMs && activeMs >= sinceMs)
                listed.Add(new(pairs[i].Conversation, head, activeMs, HiddenUpTo: 0));
        }

        for (var i = 0; i < mine.Count; i++)
        {
            if (heads[pairs.Count + i] is { } head && head.MessageId > mine[i].JoinHead && (long)head.Meta.TimeMs >= sinceMs)
                listed.Add(new(ConversationId.Group(mine[i].Group), head, (long)head.Meta.TimeMs, mine[i].JoinHead));
        }

        listed.Sort(static (one, other) => other.ActivityMs.CompareTo(one.ActivityMs));
        if (listed.Count > max)
            listed.RemoveRange(max, listed.Count - max);
        return listed;
    }
}

/// <summary>A conversation in a user's list.</summary>
/// <param name="Conversation">Pair or group.</param>
/// <param name="Head">Its newest message.</param>
/// <param name="ActivityMs">Time of the last activity, Unix milliseconds.</param>
/// <param name="HiddenUpTo">Last id the user does not see; see <see cref="ConversationView"/>.</param>
internal readonly record struct ListedConversation(
    ConversationId Conversation, MessageHead Head, long ActivityMs, uint HiddenUpTo);
