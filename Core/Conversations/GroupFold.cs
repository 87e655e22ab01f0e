using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Conversations;

/// <summary>
/// The rules of groups (protocol chapter 05), as part of the fold: who may change what is decided at a log position and nowhere else,
/// so a message from a member removed one entry earlier is refused by everybody, replays included.
/// </summary>
internal static class GroupFold
{
    /// <summary>Sender of what an operator ordered. No client can be it: a gateway writes the authenticated user.</summary>
    private const uint Operator = 0;

    /// <summary>Decides a command to a group.</summary>
    public static Decision Apply(ConversationState state, InboundEntry entry, long writtenAt)
    {
        var group = state.Group ?? throw new InvalidOperationException("The group was not loaded.");
        return entry.Kind switch
        {
            EntryKind.GroupCreate => Create(state, group, entry, writtenAt),
            EntryKind.GroupAdd => Add(state, group, entry, writtenAt),
            EntryKind.GroupRemove => Remove(state, group, entry, writtenAt),
            EntryKind.GroupShield => Shield(state, group, entry),
            _ => throw new ArgumentException($"{entry.Kind} is no command to a group.", nameof(entry)),
        };
    }

    private static Decision Create(ConversationState state, GroupState group, InboundEntry entry, long writtenAt)
    {
        if (group.Facts is { } existing)
        {
            // The creator's client asks again because it missed the answer.
            var again = existing.Creator == entry.Sender && existing.Request == entry.ClientMessageId;
            return new(again ? DecisionKind.Duplicate : DecisionKind.Refused, state.Head, 0);
        }

        List<UserId> members = [.. entry.Users.Append(entry.Sender).Where(user => user != Operator).Distinct().Order().Select(User)];
        if (members.Count is 0 or > Limits.MaxGroupMembers || entry.Group.Name.Length == 0)
            return Refused;

        group.Facts = new()
        {
            Type = entry.Group.Type,
            Name = entry.Group.Name,
            Avatar = entry.Group.Avatar,
            Creator = entry.Sender,
            Version = 1,
            MemberCount = (uint)members.Count,
            CreatedMs = entry.StampMs,
            UpdatedMs = entry.StampMs,
            Request = entry.ClientMessageId,
        };
        Join(state, group, members, writtenAt);
        return new(DecisionKind.Changed, state.Head, 0) { Users = members };
    }

    private static Decision Add(ConversationState state, GroupState group, InboundEntry entry, long writtenAt)
    {
        if (!IsAlive(group) || !MayAdd(group, entry.Sender))
            return Refused;

        List<UserId> added = [.. entry.Users.Distinct().Select(User).Where(user => !group.HasMember(user))];
        if (added.Count == 0 || group.Facts!.MemberCount + added.Count > Limits.MaxGroupMembers)
            return Refused;

        Join(state, group, added, writtenAt);
        group.Facts = Next(group.Facts, entry, added.Count);
        return new(DecisionKind.Changed, state.Head, 0) { Users = added };
    }

    private static Decision Remove(ConversationState state, GroupState group, InboundEntry entry, long writtenAt)
    {
        if (!IsAlive(group) || !IsMaster(group, entry.Sender))
            return Refused;

        List<UserId> removed = [.. entry.Users.Distinct().Select(User).Where(group.HasMember)];
        if (removed.Count == 0)
            return Refused;

        foreach (var user in removed)
            group.Learn(user, group.Of(user)!.Value with { LeftAt = writtenAt, LeaveHead = state.Head });
        group.Facts = Next(group.Facts!, entry, -removed.Count);
        return new(DecisionKind.Changed, state.Head, 0) { Users = removed };
    }

    private static Decision Shield(ConversationState state, GroupState group, InboundEntry entry)
    {
        var user = User(entry.Sender);
        if (!group.HasMember(user))
            return Refused;

        group.Learn(user, group.Of(user)!.Value with { Shielded = entry.Shield });
        return new(DecisionKind.Shielded, state.Head, 0);
    }

    private static Decision Refused => new(DecisionKind.Refused, 0, 0);

    // A group whose last member was removed is none any more (section 5.1).
    private static bool IsAlive(GroupState group) => group.Facts is { MemberCount: > 0 };

    // Who created a group keeps his rights even when he has left it.
    private static bool IsMaster(GroupState group, uint sender) => sender == Operator || sender == group.Facts!.Creator;

    // Anybody in a discussion group may bring others in; the original let anybody at all (chapter 10, S10).
    private static bool MayAdd(GroupState group, uint sender) => IsMaster(group, sender)
        || (group.Facts!.Type == (uint)GroupType.Temporary && group.HasMember(User(sender)));

    private static void Join(ConversationState state, GroupState group, List<UserId> users, long writtenAt)
    {
        foreach (var user in users)
        {
            group.Learn(user, new Membership(user, writtenAt, state.Head));

            // Who joins has read everything he cannot see (section 5.2).
            if (state.KnowsReadMark(user))
                state.MarkRead(user, state.Head);
        }
    }

    private static GroupFacts Next(GroupFacts facts, InboundEntry entry, int members) => new(facts)
    {
        Version = facts.Version + 1,
        MemberCount = (uint)(facts.MemberCount + members),
        UpdatedMs = Math.Max(facts.UpdatedMs, entry.StampMs),
    };

    private static UserId User(uint id) => new(id);
}
