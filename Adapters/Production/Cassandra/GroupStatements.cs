using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Everything that is said to the tables of groups, which are tables of the log: every write carries the timestamp of its position.
/// </summary>
internal static class GroupStatements
{
    public static readonly CassandraWrite<GroupEventRow> WriteEvent = new(
        "INSERT INTO group_event (group_id, position, facts) VALUES (?, ?, ?) USING TIMESTAMP ?",
        static (in GroupEventRow row, IBoundValues values) => values
            .Add((int)row.Group).Add(row.Position.WriteTimestamp).Add(row.Facts.Span).Add(row.Position.WriteTimestamp));

    public static readonly CassandraWrite<JoinRow> WriteJoin = new(
        "INSERT INTO member (group_id, user_id, joined_at, join_head) VALUES (?, ?, ?, ?) USING TIMESTAMP ?",
        static (in JoinRow row, IBoundValues values) => values
            .Add((int)row.Group).Add((int)row.User.Value).Add(row.Position.WriteTimestamp).Add((int)row.Head)
            .Add(row.Position.WriteTimestamp));

    public static readonly CassandraWrite<LeaveRow> WriteLeave = new(
        "INSERT INTO member (group_id, user_id, joined_at, left_at, leave_head) VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?",
        static (in LeaveRow row, IBoundValues values) => values
            .Add((int)row.Group).Add((int)row.User.Value).Add(row.JoinedAt).Add(row.Position.WriteTimestamp).Add((int)row.Head)
            .Add(row.Position.WriteTimestamp));

    public static readonly CassandraWrite<ShieldRow> WriteShield = new(
        "INSERT INTO member (group_id, user_id, joined_at, shielded) VALUES (?, ?, ?, ?) USING TIMESTAMP ?",
        static (in ShieldRow row, IBoundValues values) => values
            .Add((int)row.Group).Add((int)row.User.Value).Add(row.JoinedAt).Add(row.On).Add(row.Position.WriteTimestamp));

    public static readonly CassandraWrite<UserGroupRow> WriteUserGroup = new(
        "INSERT INTO user_group (user_id, group_id, is_member, join_head) VALUES (?, ?, ?, ?) USING TIMESTAMP ?",
        static (in UserGroupRow row, IBoundValues values) => values
            .Add((int)row.User.Value).Add((int)row.Group).Add(row.IsMember).Add((int)row.JoinHead).Add(row.Position.WriteTimestamp));

    public static readonly CassandraRead<uint, GroupFacts> Newest = new(
        "SELECT facts FROM group_event WHERE group_id = ? LIMIT 1",
        static (group, values) => values.Add((int)group),
        static row => GroupFacts.Parser.ParseFrom(row.Blob(0)));

    public static readonly CassandraRead<(uint Group, long Bound), GroupFacts> NewestBelow = new(
        "SELECT facts FROM group_event WHERE group_id = ? AND position < ? LIMIT 1",
        static (key, values) => values.Add((int)key.Group).Add(key.Bound),
        static row => GroupFacts.Parser.ParseFrom(row.Blob(0)));

    public static readonly CassandraRead<None, uint> All = new(
        "SELECT DISTINCT group_id FROM group_event", None.Bind, static row => (uint)row.Int32(0));

    public static readonly CassandraRead<UserId, (UserGroup Group, bool IsMember)> GroupsOf = new(
        "SELECT group_id, join_head, is_member FROM user_group WHERE user_id = ?",
        static (user, values) => values.Add((int)user.Value),
        static row => (new((uint)row.Int32(0), (uint)row.Int32(1)), row.Boolean(2)));

    public static readonly CassandraRead<(uint Group, UserId User), Membership?> StaysOf = new(
        "SELECT user_id, joined_at, join_head, left_at, leave_head, shielded FROM member WHERE group_id = ? AND user_id = ?",
        static (key, values) => values.Add((int)key.Group).Add((int)key.User.Value),
        MembershipOf);

    public static readonly CassandraRead<uint, Membership?> Members = new(
        "SELECT user_id, joined_at, join_head, left_at, leave_head, shielded FROM member WHERE group_id = ?",
        static (group, values) => values.Add((int)group),
        MembershipOf);

    // A row without a join is half of one that another replica has whole, or none yet.
    private static Membership? MembershipOf(ICassandraRow row) => row.IsNull(2)
        ? null
        : new(
            new((uint)row.Int32(0)),
            row.Int64(1),
            (uint)row.Int32(2),
            row.IsNull(3) ? 0 : row.Int64(3),
            row.IsNull(4) ? 0 : (uint)row.Int32(4),
            !row.IsNull(5) && row.Boolean(5));
}

/// <summary>A row of the index of a user's groups: the newest join or leave.</summary>
internal readonly record struct UserGroupRow(UserId User, uint Group, bool IsMember, uint JoinHead, LogPosition Position);
