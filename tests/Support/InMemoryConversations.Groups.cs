using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Support;

/// <summary>Groups in memory; every change takes the next position.</summary>
internal sealed partial class InMemoryConversations : IGroupReader
{
    private readonly Dictionary<uint, GroupFacts> _groups = [];
    private readonly Dictionary<uint, List<Membership>> _members = [];
    private readonly Dictionary<(UserId, ConversationId), uint> _removals = [];
    private long _position;

    /// <summary>Makes a group.</summary>
    public void AddGroup(uint group, GroupType type, params uint[] members)
    {
        lock (_gate)
        {
            _groups[group] = new()
            {
                Type = (uint)type, Name = $"group {group}", Creator = members[0], Version = 1, MemberCount = (uint)members.Length,
                UpdatedMs = (ulong)group,
            };
            _members[group] = [.. members.Select(member => new Membership(new(member), ++_position, JoinHead: 0))];
        }
    }

    /// <summary>Brings a user in, behind the messages there are.</summary>
    public void Join(uint group, uint user)
    {
        lock (_gate)
        {
            _members[group].Add(new(new(user), ++_position, HeadIdOf(group)));
            _groups[group].Version++;
        }
    }

    /// <summary>Takes a user out.</summary>
    public void Leave(uint group, uint user)
    {
        lock (_gate)
        {
            var stays = _members[group];
            var index = stays.FindLastIndex(stay => stay.User.Value == user);
            stays[index] = stays[index] with { LeftAt = ++_position, LeaveHead = HeadIdOf(group) };
            _groups[group].Version++;
        }
    }

    /// <summary>Takes a conversation off a list.</summary>
    public void Remove(UserId user, ConversationId conversation, uint messageId)
    {
        lock (_gate)
            _removals[(user, conversation)] = messageId;
    }

    public ValueTask<IReadOnlyList<GroupFacts?>> GroupsAsync(IReadOnlyList<uint> groups, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<GroupFacts?>>(() => [.. groups.Select(group => _groups.GetValueOrDefault(group))]);

    public ValueTask<IReadOnlyList<uint>> AllGroupsAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<uint>>(() => [.. _groups.Keys]);

    public ValueTask<IReadOnlyList<UserGroup>> GroupsOfAsync(UserId user, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<UserGroup>>(() => [.. _members
            .Select(group => (group.Key, Stay: group.Value.LastOrDefault(stay => stay.User == user)))
            .Where(one => one.Stay is { JoinedAt: > 0, IsOpen: true })
            .Select(one => new UserGroup(one.Key, one.Stay.JoinHead))]);

    public ValueTask<IReadOnlyList<Membership?>> MembershipsAsync(
        IReadOnlyList<(uint Group, UserId User)> keys, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<Membership?>>(() => [.. keys.Select(key =>
            _members.GetValueOrDefault(key.Group, []).Where(stay => stay.User == key.User).Select(stay => (Membership?)stay).LastOrDefault())]);

    public ValueTask<IReadOnlyList<Membership>> MembersAsync(uint group, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<Membership>>(() =>
            [.. _members.GetValueOrDefault(group, []).OrderBy(stay => stay.User.Value).ThenBy(stay => stay.JoinedAt)]);

    private uint HeadIdOf(uint group) => (uint)_messages.GetValueOrDefault(ConversationId.Group(group), []).Count;
}
