using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Accounts, profiles and departments in the database.</summary>
internal sealed class SqliteUserDirectory(SqliteReaders readers, SqliteWriter writer, TimeProvider time) : IUserDirectory
{
    private const string Profile =
        "id, name, nick, gender, avatar, department_id, email, phone, domain, status, signature, updated";

    /// <summary>Looks before it inserts, so that a taken name uses up no id.</summary>
    private const string Insert =
        """
        INSERT INTO user (name, credential, nick, gender, avatar, department_id, email, phone, domain, status, signature, updated)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 WHERE NOT EXISTS (SELECT 1 FROM user WHERE name = ?1)
        """;

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    public ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken) =>
        readers.ReadAsync(name, static (session, name) =>
        {
            using var rows = session.Prepare($"SELECT {Profile}, credential FROM user WHERE name = ?1").Bind(1, name).Query();
            return rows.Next() ? new UserAccount(ProfileOf(rows), rows.Text(12)) : null;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        readers.ReadAsync(users, static (session, users) =>
        {
            var profiles = new List<UserProfile>(users.Count);
            var statement = session.Prepare($"SELECT {Profile} FROM user WHERE id = ?1");
            foreach (var user in users)
            {
                using var rows = statement.Bind(1, user.Value).Query();
                if (rows.Next())
                    profiles.Add(ProfileOf(rows));
            }

            return (IReadOnlyList<UserProfile>)profiles;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken) =>
        readers.ReadAsync((updatedSinceSeconds, max), static (session, asked) =>
        {
            var profiles = new List<UserProfile>();
            using var rows = session.Prepare($"SELECT {Profile} FROM user WHERE updated >= ?1 ORDER BY updated, id LIMIT ?2")
                .Bind(1, asked.updatedSinceSeconds).Bind(2, asked.max).Query();
            while (rows.Next())
                profiles.Add(ProfileOf(rows));
            return (IReadOnlyList<UserProfile>)profiles;
        }, cancellationToken);

    public async ValueTask<UserProfile?> AddAsync(NewUser user, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                var now = Now;
                session.Prepare(Insert)
                    .Bind(1, user.Name).Bind(2, user.Credential).Bind(3, user.Nick).Bind(4, user.Gender).Bind(5, user.Avatar)
                    .Bind(6, user.DepartmentId).Bind(7, user.Email).Bind(8, user.Phone).Bind(9, user.Domain)
                    .Bind(10, user.Status).Bind(11, user.Signature).Bind(12, now).Execute();
                return session.ChangedRows == 0
                    ? null
                    : new UserProfile(
                        new((uint)session.LastRowId), user.Name, user.Nick, user.Gender, user.Avatar, user.DepartmentId,
                        user.Email, user.Phone, user.Domain, user.Status, user.Signature, now);
            },
            cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no such user.</exception>
    public async ValueTask SetCredentialAsync(UserId user, string credential, CancellationToken cancellationToken)
    {
        var changed = await writer.RunAsync(
            session =>
            {
                session.Prepare("UPDATE user SET credential = ?2 WHERE id = ?1")
                    .Bind(1, user.Value).Bind(2, credential).Execute();
                return session.ChangedRows;
            },
            cancellationToken);
        if (changed == 0)
            throw new InvalidOperationException($"There is no user {user}.");
    }

    public async ValueTask<Department> GetOrAddDepartmentAsync(
        string name, uint parentId, CancellationToken cancellationToken) =>
        await readers.ReadAsync(
            (name, parentId), static (session, asked) => DepartmentOrNull(session, asked.name, asked.parentId), cancellationToken)
        ?? await writer.RunAsync(session => GetOrAdd(session, name, parentId), cancellationToken);

    public ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(
        long updatedAfterSeconds, CancellationToken cancellationToken) =>
        readers.ReadAsync(updatedAfterSeconds, static (session, updatedAfterSeconds) =>
        {
            var departments = new List<Department>();
            using var rows = session
                .Prepare(
                    """
                    SELECT id, name, parent_id, priority, deleted, updated FROM department WHERE updated > ?1
                    ORDER BY updated, id
                    """)
                .Bind(1, updatedAfterSeconds).Query();
            while (rows.Next())
                departments.Add(DepartmentOf(rows));
            return (IReadOnlyList<Department>)departments;
        }, cancellationToken);

    private static UserProfile ProfileOf(SqliteRows rows) => new(
        new(rows.UInt32(0)), rows.Text(1), rows.Text(2), rows.UInt32(3), rows.Text(4), rows.UInt32(5), rows.Text(6),
        rows.Text(7), rows.Text(8), rows.UInt32(9), rows.Text(10), rows.Int64(11));

    private static Department DepartmentOf(SqliteRows rows) => new(
        rows.UInt32(0), rows.Text(1), rows.UInt32(2), rows.UInt32(3), rows.Int64(4) != 0, rows.Int64(5));

    private static Department? DepartmentOrNull(SqliteSession session, string name, uint parentId)
    {
        using var rows = session
            .Prepare("SELECT id, name, parent_id, priority, deleted, updated FROM department WHERE parent_id = ?1 AND name = ?2")
            .Bind(1, parentId).Bind(2, name).Query();
        return rows.Next() ? DepartmentOf(rows) : null;
    }

    private Department GetOrAdd(SqliteSession session, string name, uint parentId)
    {
        // Somebody may have added it since we looked.
        if (DepartmentOrNull(session, name, parentId) is { } known)
            return known;

        var now = Now;
        session
            .Prepare("INSERT INTO department (parent_id, name, priority, deleted, updated) VALUES (?1, ?2, 0, 0, ?3)")
            .Bind(1, parentId).Bind(2, name).Bind(3, now).Execute();
        return new((uint)session.LastRowId, name, parentId, Priority: 0, Deleted: false, now);
    }
}
