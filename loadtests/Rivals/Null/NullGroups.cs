using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.LoadTests.Rivals.Null;

/// <summary>There are no groups, and none can be made.</summary>
internal sealed class NullGroups : IGroupReader, IGroupIds
{
    public ValueTask<IReadOnlyList<GroupFacts?>> GroupsAsync(IReadOnlyList<uint> groups, CancellationToken cancellationToken) =>
        new(new GroupFacts?[groups.Count]);

    public ValueTask<IReadOnlyList<uint>> AllGroupsAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<UserGroup>> GroupsOfAsync(UserId user, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<Membership?>> MembershipsAsync(
        IReadOnlyList<(uint Group, UserId User)> keys, CancellationToken cancellationToken) => new(new Membership?[keys.Count]);

    public ValueTask<IReadOnlyList<Membership>> MembersAsync(uint group, CancellationToken cancellationToken) => new([]);

    public ValueTask<uint> ReserveAsync(uint creator, ClientMessageId request, CancellationToken cancellationToken) =>
        throw new DependencyUnavailableException("Groups have no numbers here.");
}
