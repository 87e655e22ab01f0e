using BrokerIm.Core.Values;
using BrokerIm.Simulation.Truth;
using BrokerIm.Simulation.World;

namespace BrokerIm.Simulation.Clients;

/// <summary>Who may see what, by the log alone.</summary>
internal static class MembershipView
{
    /// <summary>Whether the message belongs to any stay of the user.</summary>
    public static bool Sees(Reference reference, ConversationId conversation, UserId user, uint id) =>
        conversation.IsGroup
            ? Stays(reference, conversation, user).Any(stay => id > stay.JoinHead && id <= stay.LeaveHead)
            : conversation.HasMember(user);

    /// <summary>Whether two messages belong to one stay of the user.</summary>
    public static bool SeesInOneStay(Reference reference, ConversationId conversation, UserId user, uint first, uint second) =>
        conversation.IsGroup
            ? Stays(reference, conversation, user).Any(stay => first > stay.JoinHead && second <= stay.LeaveHead)
            : conversation.HasMember(user);

    /// <summary>Whether the user must have the message: it belongs to the stay that lasts.</summary>
    public static bool MustHold(Reference reference, ConversationId conversation, UserId user, uint id) =>
        conversation.IsGroup
            ? Stays(reference, conversation, user).Any(stay => id > stay.JoinHead && stay.LeaveHead == uint.MaxValue)
            : conversation.HasMember(user);

    private static IEnumerable<(uint JoinHead, uint LeaveHead)> Stays(Reference reference, ConversationId group, UserId user)
    {
        var joins = reference.Rows.GetValueOrDefault(new(Table.Join, group.GroupId)) ?? [];
        var leaves = reference.Rows.GetValueOrDefault(new(Table.Leave, group.GroupId)) ?? [];
        foreach (var (key, join) in joins.Where(row => row.Key.One == user.Value))
            yield return ((uint)join.Number2, leaves.TryGetValue(key, out var leave) ? (uint)leave.Number2 : uint.MaxValue);
    }
}
