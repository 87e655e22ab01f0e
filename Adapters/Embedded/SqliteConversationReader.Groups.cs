using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Groups and their members from the database.</summary>
internal partial class SqliteConversationReader : IGroupReader
{
    /// <summary>Columns of a membership, as <see cref="MembershipOf"/> reads them.</summary>
    protected const string Membership = "user_id, joined_at, join_head, left_at, leave_head, shielded";

    public ValueTask<IReadOnlyList<GroupFacts?>> GroupsAsync(IReadOnlyList<uint> groups, CancellationToken cancellationToken) =>
        readers.ReadAsync(groups, static (session, groups) =>
        {
            var statement = session.Prepare("SELECT facts FROM group_event WHERE group_id = ?1 ORDER BY position DESC LIMIT 1");
            return ForEach(groups, group => FactsOrNull(statement.Bind(1, group)));
        }, cancellationToken);

    public ValueTask<IReadOnlyList<uint>> AllGroupsAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(0, static (session, _) =>
        {
            var groups = new List<uint>();
            using var rows = session.Prepare("SELECT DISTINCT group_id FROM group_event").Query();
            while (rows.Next())
                groups.Add(rows.UInt32(0));
            return (IReadOnlyList<uint>)groups;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<UserGroup>> GroupsOfAsync(UserId user, CancellationToken cancellationToken) =>
        readers.ReadAsync(user, static (session, user) =>
        {
            var groups = new List<UserGroup>();
            using var rows = session.Prepare("SELECT group_id, join_head FROM user_group WHERE user_id = ?1 AND is_member = 1")
                .Bind(1, user.Value).Query();
            while (rows.Next())
                groups.Add(new(rows.UInt32(0), rows.UInt32(1)));
            return (IReadOnlyList<UserGroup>)groups;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<Membership?>> MembershipsAsync(
        IReadOnlyList<(uint Group, UserId User)> keys, CancellationToken cancellationToken) =>
        readers.ReadAsync(keys, static (session, keys) =>
        {
            var statement = session.Prepare(
                $"SELECT {Membership} FROM member WHERE group_id = ?1 AND user_id = ?2 ORDER BY joined_at DESC LIMIT 1");
            return ForEach(keys, key => MembershipOrNull(statement.Bind(1, key.Group).Bind(2, key.User.Value)));
        }, cancellationToken);

    public ValueTask<IReadOnlyList<Membership>> MembersAsync(uint group, CancellationToken cancellationToken) =>
        readers.ReadAsync(group, static (session, group) =>
        {
            var members = new List<Membership>();
            using var rows = session.Prepare($"SELECT {Membership} FROM member WHERE group_id = ?1 ORDER BY user_id, joined_at")
                .Bind(1, group).Query();
            while (rows.Next())
                members.Add(MembershipOf(rows));
            return (IReadOnlyList<Membership>)members;
        }, cancellationToken);

    /// <summary>The group a query for facts finds first.</summary>
    protected static GroupFacts? FactsOrNull(SqliteStatement statement)
    {
        using var rows = statement.Query();
        return rows.Next() ? GroupFacts.Parser.ParseFrom(rows.Blob(0)) : null;
    }

    /// <summary>The membership a query finds first.</summary>
    protected static Membership? MembershipOrNull(SqliteStatement statement)
    {
        using var rows = statement.Query();
        return rows.Next() ? MembershipOf(rows) : null;
    }

    private static Membership MembershipOf(SqliteRows rows) => new(
        new(rows.UInt32(0)), rows.Int64(1), rows.UInt32(2), rows.Int64(3), rows.UInt32(4), rows.Int64(5) != 0);
}
