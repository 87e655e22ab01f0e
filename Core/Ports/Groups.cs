using BrokerIm.Contracts.Records;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Ports;

/// <summary>Reading hand on groups: what they are and who is in them. Persist alone writes these facts.</summary>
public interface IGroupReader
{
    /// <summary>Each group after its newest event, null where there is none; same order as asked.</summary>
    ValueTask<IReadOnlyList<GroupFacts?>> GroupsAsync(IReadOnlyList<uint> groups, CancellationToken cancellationToken);

    /// <summary>Numbers of all groups there ever were, in any order; reads the whole store, so for operators only.</summary>
    ValueTask<IReadOnlyList<uint>> AllGroupsAsync(CancellationToken cancellationToken);

    /// <summary>Groups the user is a member of, in any order.</summary>
    ValueTask<IReadOnlyList<UserGroup>> GroupsOfAsync(UserId user, CancellationToken cancellationToken);

    /// <summary>The user's newest membership of each group, ended or not, null where there was none; same order as asked.</summary>
    ValueTask<IReadOnlyList<Membership?>> MembershipsAsync(
        IReadOnlyList<(uint Group, UserId User)> keys, CancellationToken cancellationToken);

    /// <summary>
    /// All memberships of a group, those that ended too, by user and then by when they began. A group may have 100,000 members; the
    /// store is read in pages.
    /// </summary>
    ValueTask<IReadOnlyList<Membership>> MembersAsync(uint group, CancellationToken cancellationToken);
}

/// <summary>That a user is a member of a group.</summary>
/// <param name="Group">Group id.</param>
/// <param name="JoinHead">The group's newest message when he joined; what is older he does not see.</param>
public readonly record struct UserGroup(uint Group, uint JoinHead);

/// <summary>One stay of a user in a group: an interval of the group's log.</summary>
/// <param name="User">Who.</param>
/// <param name="JoinedAt">Write timestamp of the join.</param>
/// <param name="JoinHead">The group's newest message at the join; he sees those after it.</param>
/// <param name="LeftAt">Write timestamp of the leave; 0 while it lasts.</param>
/// <param name="LeaveHead">The group's newest message at the leave; he sees those up to it.</param>
/// <param name="Shielded">The user wants no pushes of this group on his phone.</param>
public readonly record struct Membership(
    UserId User, long JoinedAt, uint JoinHead, long LeftAt = 0, uint LeaveHead = 0, bool Shielded = false)
{
    /// <summary>Whether the user is still a member.</summary>
    public bool IsOpen => LeftAt == 0;

    /// <summary>Whether a message belongs to this stay.</summary>
    public bool Sees(uint messageId) => messageId > JoinHead && (IsOpen || messageId <= LeaveHead);

    /// <summary>The stay as it was before a log position: an end that came at or after it has not happened yet.</summary>
    public Membership Before(long bound) => LeftAt >= bound ? this with { LeftAt = 0, LeaveHead = 0 } : this;
}

/// <summary>Numbers of new groups.</summary>
public interface IGroupIds
{
    /// <summary>
    /// The number of the group that a request is to make: a new one, 1 to 2^31-1, at the first call; the same whenever the same
    /// request of the same creator comes again, at whatever gateway.
    /// </summary>
    /// <param name="creator">User id, or 0 for an operator.</param>
    /// <param name="request">Client id of the request.</param>
    /// <param name="cancellationToken">Gives up; a number may be used up.</param>
    ValueTask<uint> ReserveAsync(uint creator, ClientMessageId request, CancellationToken cancellationToken);
}
