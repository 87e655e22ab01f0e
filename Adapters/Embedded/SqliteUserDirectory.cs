using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Accounts, profiles and departments in the database.</summary>
internal sealed class SqliteUserDirectory(SqliteReaders readers, SqliteWriter writer, TimeProvider time) : IUserDirectoryWriter
{
    private const string Profile =
        "id, name, nick, gender, avatar, department_id, email, phone, domain, status, signature, updated";

    /// <summary>Looks before it inserts, so that a taken name uses up no id.</summary>
    private const string Insert =
        """
        INSERT INTO user (name, credential, nick, gender, avatar, department_id, email, phone, domain, status, signature, updated)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 WHERE NOT EXISTS (SELECT 1 FROM user WHERE name = ?1)
        """;

    private const string Update =
        """
        UPDATE user SET nick = ?2, gender = ?3, avatar = ?4, department_id = ?5, email = ?6, phone = ?7, domain = ?8, status = ?9,
        signature = ?10, updated = ?11 WHERE id = ?1
        """;

    private readonly SqliteDepartments _departments = new(readers, writer, time);

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
            foreach (var user in users)
            {
                if (ProfileOrNull(session, user) is { } profile)
                    profiles.Add(profile);
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

    public async ValueTask<UserProfile?> EditAsync(UserId user, ProfileEdit edit, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                if (ProfileOrNull(session, user) is not { } old)
                    return null;
                var edited = edit.ApplyTo(old, Now);
                session.Prepare(Update)
                    .Bind(1, user.Value).Bind(2, edited.Nick).Bind(3, edited.Gender).Bind(4, edited.Avatar)
                    .Bind(5, edited.DepartmentId).Bind(6, edited.Email).Bind(7, edited.Phone).Bind(8, edited.Domain)
                    .Bind(9, edited.Status).Bind(10, edited.Signature).Bind(11, edited.UpdatedSeconds).Execute();
                return edited;
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

    public async ValueTask<bool> ReplaceCredentialAsync(
        UserId user, string known, string credential, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                session.Prepare("UPDATE user SET credential = ?3 WHERE id = ?1 AND credential = ?2")
                    .Bind(1, user.Value).Bind(2, known).Bind(3, credential).Execute();
                return session.ChangedRows > 0;
            },
            cancellationToken);

    public ValueTask<Department> GetOrAddDepartmentAsync(string name, uint parentId, CancellationToken cancellationToken) =>
        _departments.GetOrAddAsync(name, parentId, cancellationToken);

    public ValueTask<DepartmentEdited> EditDepartmentAsync(uint id, DepartmentEdit edit, CancellationToken cancellationToken) =>
        _departments.EditAsync(id, edit, cancellationToken);

    public ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(
        long updatedAfterSeconds, CancellationToken cancellationToken) =>
        _departments.ListAsync(updatedAfterSeconds, cancellationToken);

    private static UserProfile? ProfileOrNull(SqliteSession session, UserId user)
    {
        using var rows = session.Prepare($"SELECT {Profile} FROM user WHERE id = ?1").Bind(1, user.Value).Query();
        return rows.Next() ? ProfileOf(rows) : null;
    }

    private static UserProfile ProfileOf(SqliteRows rows) => new(
        new(rows.UInt32(0)), rows.Text(1), rows.Text(2), rows.UInt32(3), rows.Text(4), rows.UInt32(5), rows.Text(6),
        rows.Text(7), rows.Text(8), rows.UInt32(9), rows.Text(10), rows.Int64(11));
}
