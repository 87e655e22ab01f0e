using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>That a user was changed at a time.</summary>
internal readonly record struct UserChange(long Updated, UserId User) : IComparable<UserChange>
{
    public int CompareTo(UserChange other) =>
        Updated != other.Updated ? Updated.CompareTo(other.Updated) : User.CompareTo(other.User);
}

/// <summary>
/// Everything that is said to the tables of the directory. A statement with a condition is safe to repeat: whoever finds that it did
/// not apply looks whether it was he himself who was first. No table is written both with and without conditions, because the two go
/// by different clocks.
/// </summary>
internal static class DirectoryStatements
{
    /// <summary>Parts of the index of changes; fixed, because entries are not moved.</summary>
    public const int ChangeShards = 16;

    public static readonly CassandraRead<string, UserId> FindName = new(
        "SELECT id FROM user_name WHERE name = ?",
        static (name, values) => values.Add(name),
        static row => new((uint)row.Int32(0)));

    public static readonly CassandraRead<(string Name, UserId User), bool> ClaimName = new(
        "INSERT INTO user_name (name, id) VALUES (?, ?) IF NOT EXISTS",
        static (claim, values) => values.Add(claim.Name).Add((int)claim.User.Value),
        IsApplied);

    public static readonly CassandraRead<(uint Creator, byte[] Request), uint> FindGroupRequest = new(
        "SELECT group_id FROM group_request WHERE creator = ? AND request = ?",
        static (key, values) => values.Add((int)key.Creator).Add(key.Request.AsSpan()),
        static row => (uint)row.Int32(0));

    public static readonly CassandraRead<(uint Creator, byte[] Request, uint Group), bool> ClaimGroup = new(
        "INSERT INTO group_request (creator, request, group_id) VALUES (?, ?, ?) IF NOT EXISTS",
        static (claim, values) => values.Add((int)claim.Creator).Add(claim.Request.AsSpan()).Add((int)claim.Group),
        IsApplied);

    public static readonly CassandraRead<IReadOnlyCollection<int>, UserAccount> Accounts = new(
        """
        SELECT id, name, nick, gender, avatar, department_id, email, phone, domain, status, signature, updated, credential
        FROM user WHERE id IN ?
        """,
        static (users, values) => values.Add(users),
        static row => new(
            new(
                new((uint)row.Int32(0)), row.Text(1), row.Text(2), (uint)row.Int32(3), row.Text(4), (uint)row.Int32(5), row.Text(6),
                row.Text(7), row.Text(8), (uint)row.Int32(9), row.Text(10), row.Int64(11)),
            row.Text(12)));

    public static readonly CassandraRead<UserId, Guid> FindAdder = new(
        "SELECT added_by FROM user WHERE id = ?",
        static (user, values) => values.Add((int)user.Value),
        static row => row.Uuid(0));

    public static readonly CassandraRead<(UserAccount Account, Guid Adder), bool> AddUser = new(
        """
        INSERT INTO user (id, name, credential, nick, gender, avatar, department_id, email, phone, domain, status, signature, updated, added_by)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS
        """,
        static (added, values) =>
        {
            var profile = added.Account.Profile;
            values.Add((int)profile.Id.Value).Add(profile.Name).Add(added.Account.Credential).Add(profile.Nick)
                .Add((int)profile.Gender).Add(profile.Avatar).Add((int)profile.DepartmentId).Add(profile.Email).Add(profile.Phone)
                .Add(profile.Domain).Add((int)profile.Status).Add(profile.Signature).Add(profile.UpdatedSeconds).Add(added.Adder);
        },
        IsApplied);

    /// <summary>Old servers have no IF EXISTS for an update; who added the user never changes.</summary>
    public static readonly CassandraRead<(UserId User, string Credential, Guid Adder), bool> SetCredential = new(
        "UPDATE user SET credential = ? WHERE id = ? IF added_by = ?",
        static (change, values) => values.Add(change.Credential).Add((int)change.User.Value).Add(change.Adder),
        IsApplied);

    public static readonly CassandraRead<(UserId User, string Known, string Credential), bool> ReplaceCredential = new(
        "UPDATE user SET credential = ? WHERE id = ? IF credential = ?",
        static (change, values) => values.Add(change.Credential).Add((int)change.User.Value).Add(change.Known),
        IsApplied);

    /// <summary>
    /// Compares everything it replaces: a time alone would not tell two edits of one second apart. Equal values are the same profile,
    /// however they came about.
    /// </summary>
    public static readonly CassandraRead<(UserProfile Old, UserProfile New), bool> EditProfile = new(
        """
        UPDATE user SET nick = ?, gender = ?, avatar = ?, department_id = ?, email = ?, phone = ?, domain = ?, status = ?, signature = ?,
        updated = ? WHERE id = ? IF nick = ? AND gender = ? AND avatar = ? AND department_id = ? AND email = ? AND phone = ?
        AND domain = ? AND status = ? AND signature = ? AND updated = ?
        """,
        static (edit, values) =>
        {
            AddEditable(values, edit.New).Add((int)edit.Old.Id.Value);
            AddEditable(values, edit.Old);
        },
        IsApplied);

    public static readonly CassandraWrite<UserChange> DropChange = new(
        "DELETE FROM user_change WHERE shard = ? AND updated = ? AND id = ?",
        BindChange);

    public static readonly CassandraWrite<UserChange> WriteChange = new(
        "INSERT INTO user_change (shard, updated, id) VALUES (?, ?, ?)",
        BindChange);

    public static readonly CassandraRead<(int Shard, UserChange After, int Limit), UserChange> ChangesAfter = new(
        "SELECT updated, id FROM user_change WHERE shard = ? AND (updated, id) > (?, ?) LIMIT ?",
        static (key, values) => values
            .Add(key.Shard).Add(key.After.Updated).Add((int)key.After.User.Value).Add(key.Limit),
        static row => new(row.Int64(0), new((uint)row.Int32(1))));

    /// <summary>All departments, each with the version of them all; a version without departments is a row of its own.</summary>
    public static readonly CassandraRead<None, (Department? Department, Guid Version)> Departments = new(
        "SELECT id, name, parent_id, priority, deleted, updated, version FROM department WHERE tree = 0",
        None.Bind,
        static row => (
            row.IsNull(0)
                ? null
                : new(
                    (uint)row.Int32(0), row.Text(1), (uint)row.Int32(2), (uint)row.Int32(3), row.Boolean(4), row.Int64(5)),
            row.Uuid(6)));

    /// <summary>Gives the departments their first version. Comparing a missing one with null does not apply on old servers.</summary>
    public static readonly CassandraRead<Guid, bool> FirstVersion = new(
        "INSERT INTO department (tree, version) VALUES (0, ?) IF NOT EXISTS",
        static (version, values) => values.Add(version),
        IsApplied);

    /// <summary>Writes a new or changed department, unless departments are no longer as they were read.</summary>
    public static readonly CassandraRead<(Department Department, Guid Version, Guid Known), bool> WriteDepartment = new(
        """
        UPDATE department SET version = ?, name = ?, parent_id = ?, priority = ?, deleted = ?, updated = ? WHERE tree = 0 AND id = ?
        IF version = ?
        """,
        static (write, values) => AddDepartment(values, write.Department, write.Version).Add(write.Known),
        IsApplied);

    public static readonly CassandraRead<string, long> NextOfBlock = new(
        "SELECT next FROM id_block WHERE name = ?",
        static (name, values) => values.Add(name),
        static row => row.Int64(0));

    public static readonly CassandraRead<(string Name, long Next), bool> FirstBlock = new(
        "INSERT INTO id_block (name, next) VALUES (?, ?) IF NOT EXISTS",
        static (block, values) => values.Add(block.Name).Add(block.Next),
        IsApplied);

    public static readonly CassandraRead<(string Name, long From, long Next), bool> TakeBlock = new(
        "UPDATE id_block SET next = ? WHERE name = ? IF next = ?",
        static (block, values) => values.Add(block.Next).Add(block.Name).Add(block.From),
        IsApplied);

    /// <summary>First column of the answer to a statement with a condition.</summary>
    private static bool IsApplied(ICassandraRow row) => row.Boolean(0);

    private static void BindChange(in UserChange change, IBoundValues values) => values
        .Add((int)(change.User.Value % ChangeShards)).Add(change.Updated).Add((int)change.User.Value);

    private static IBoundValues AddEditable(IBoundValues values, UserProfile profile) => values
        .Add(profile.Nick).Add((int)profile.Gender).Add(profile.Avatar).Add((int)profile.DepartmentId).Add(profile.Email)
        .Add(profile.Phone).Add(profile.Domain).Add((int)profile.Status).Add(profile.Signature).Add(profile.UpdatedSeconds);

    private static IBoundValues AddDepartment(IBoundValues values, Department department, Guid version) => values
        .Add(version).Add(department.Name).Add((int)department.ParentId).Add((int)department.Priority).Add(department.Deleted)
        .Add(department.UpdatedSeconds).Add((int)department.Id);
}
