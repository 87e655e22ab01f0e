using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking;

/// <summary>Who was in which conversation, as far as the answers to changes tell.</summary>
internal sealed class Memberships(IReadOnlyList<HistoryEvent> events)
{
    private readonly ILookup<(string Conversation, uint User), MembershipChanged> _changes = events.OfType<MembershipChanged>()
        .OrderBy(static change => change.InvokedAt)
        .ToLookup(static change => (change.Conversation, change.User));

    private readonly ILookup<string, uint> _members = events.OfType<MembershipChanged>()
        .Select(static change => (change.Conversation, change.User)).Distinct()
        .ToLookup(static change => change.Conversation, static change => change.User);

    private readonly Dictionary<string, long> _beginnings = events.OfType<SendInvoked>()
        .GroupBy(static sent => sent.Conversation)
        .ToDictionary(static sent => sent.Key, static sent => sent.Min(static one => one.At));

    /// <summary>Users who are in a conversation from its beginning to the end.</summary>
    public IEnumerable<uint> StableMembersOf(string conversation) => ConversationKey.IsGroup(conversation)
        ? _members[conversation].Where(user => IsStable(conversation, user))
        : ConversationKey.UsersOf(conversation);

    /// <summary>Whether a user is in a conversation from its beginning to the end.</summary>
    public bool IsStable(string conversation, uint user) => ConversationKey.IsGroup(conversation)
        ? _changes[(conversation, user)].ToList() is [{ IsMember: true, IsKnown: true } added]
            && added.At <= _beginnings.GetValueOrDefault(conversation, long.MaxValue)
        : ConversationKey.UsersOf(conversation).Contains(user);

    /// <summary>Whether a user certainly was no member during all of a time.</summary>
    public bool IsOutside(string conversation, uint user, long from, long to)
    {
        if (!ConversationKey.IsGroup(conversation))
            return !ConversationKey.UsersOf(conversation).Contains(user);

        var outsideSince = long.MinValue;
        foreach (var change in _changes[(conversation, user)])
        {
            // A change takes place at some moment between the question and the answer.
            if (from >= outsideSince && to < change.InvokedAt)
                return true;
            outsideSince = change is { IsMember: false, IsKnown: true } ? change.At : long.MaxValue;
        }

        return from >= outsideSince;
    }
}
