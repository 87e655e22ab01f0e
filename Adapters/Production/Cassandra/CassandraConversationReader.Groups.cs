using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Groups and their members from Cassandra.</summary>
internal partial class CassandraConversationReader : IGroupReader
{
    public ValueTask<IReadOnlyList<GroupFacts?>> GroupsAsync(IReadOnlyList<uint> groups, CancellationToken cancellationToken) =>
        ForEachAsync(
            groups,
            async (group, token) => (await _session.ReadAsync(GroupStatements.Newest, group, token)).FirstOrDefault(),
            cancellationToken);

    public async ValueTask<IReadOnlyList<uint>> AllGroupsAsync(CancellationToken cancellationToken) =>
        await _session.ReadAsync(GroupStatements.All, default, cancellationToken);

    public async ValueTask<IReadOnlyList<UserGroup>> GroupsOfAsync(UserId user, CancellationToken cancellationToken)
    {
        var groups = await _session.ReadAsync(GroupStatements.GroupsOf, user, cancellationToken);
        return [.. groups.Where(static one => one.IsMember).Select(static one => one.Group)];
    }

    public ValueTask<IReadOnlyList<Membership?>> MembershipsAsync(
        IReadOnlyList<(uint Group, UserId User)> keys, CancellationToken cancellationToken) =>
        ForEachAsync(
            keys,
            async (key, token) => Newest(await _session.ReadAsync(GroupStatements.StaysOf, key, token), bound: long.MaxValue),
            cancellationToken);

    public async ValueTask<IReadOnlyList<Membership>> MembersAsync(uint group, CancellationToken cancellationToken)
    {
        var stays = await _session.ReadAsync(GroupStatements.Members, group, cancellationToken);

        // The newest of a user comes first, as it is stored.
        return [.. stays.OfType<Membership>().OrderBy(static stay => stay.User.Value).ThenBy(static stay => stay.JoinedAt)];
    }

    /// <summary>Of one user's stays, the newest that began below a bound, as it was there.</summary>
    protected static Membership? Newest(List<Membership?> stays, long bound)
    {
        foreach (var stay in stays)
        {
            if (stay is { } known && known.JoinedAt < bound)
                return known.Before(bound);
        }

        return null;
    }
}
