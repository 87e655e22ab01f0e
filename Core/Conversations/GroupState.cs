using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Conversations;

/// <summary>
/// A group as the fold knows it: what it is, and of the memberships those that were asked for. So a group of 100,000 costs what its
/// senders cost.
/// </summary>
/// <param name="facts">After the newest event below the bound, null when there is no such group.</param>
public sealed class GroupState(GroupFacts? facts)
{
    private readonly Dictionary<UserId, Membership?> _members = [];

    /// <summary>What the group is; null when it was never created.</summary>
    public GroupFacts? Facts { get; set; } = facts;

    /// <summary>Whether it was learnt if the user is a member.</summary>
    public bool Knows(UserId user) => _members.ContainsKey(user);

    /// <summary>Takes in the user's newest membership, null when he never had one.</summary>
    public void Learn(UserId user, Membership? membership) => _members[user] = membership;

    /// <summary>Forgets memberships, which can be read again. Only to be called when everything known here is stored.</summary>
    public void ForgetMembers() => _members.Clear();

    /// <summary>The user's newest membership.</summary>
    /// <exception cref="InvalidOperationException">It was not learnt.</exception>
    public Membership? Of(UserId user) => _members.TryGetValue(user, out var membership)
        ? membership
        : throw new InvalidOperationException($"The membership of user {user} was not loaded.");

    /// <summary>Whether the user is a member now.</summary>
    public bool HasMember(UserId user) => Of(user) is { IsOpen: true };
}
