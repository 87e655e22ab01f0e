using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Accounts and departments of another server, under their own numbers, into the database.</summary>
internal sealed class SqliteDirectoryImport(SqliteWriter writer) : IDirectoryImport
{
    private const string InsertUser =
        """
        INSERT INTO user
            (id, name, credential, nick, gender, avatar, department_id, email, phone, domain, status, signature, updated)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        """;

    private const string InsertDepartment =
        "INSERT INTO department (id, name, parent_id, priority, deleted, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

    public async ValueTask ReserveAsync(TakenNumbers taken, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                Raise(session, "user", taken.Users);
                Raise(session, "department", taken.Departments);
                Raise(session, "group_id", taken.Groups);
            },
            cancellationToken);

    public async ValueTask<ImportOutcome> AddAsync(UserAccount account, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                var profile = account.Profile;
                if (Find(session, "SELECT name FROM user WHERE id = ?1", profile.Id.Value) is { } name)
                    return name == profile.Name ? ImportOutcome.Existing : ImportOutcome.NumberTaken;
                if (IsThere(session.Prepare("SELECT 1 FROM user WHERE name = ?1").Bind(1, profile.Name)))
                    return ImportOutcome.NameTaken;

                session.Prepare(InsertUser)
                    .Bind(1, profile.Id.Value).Bind(2, profile.Name).Bind(3, account.Credential).Bind(4, profile.Nick)
                    .Bind(5, profile.Gender).Bind(6, profile.Avatar).Bind(7, profile.DepartmentId).Bind(8, profile.Email)
                    .Bind(9, profile.Phone).Bind(10, profile.Domain).Bind(11, profile.Status).Bind(12, profile.Signature)
                    .Bind(13, profile.UpdatedSeconds).Execute();
                return ImportOutcome.Added;
            },
            cancellationToken);

    public async ValueTask<ImportOutcome> AddAsync(Department department, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                if (Find(session, "SELECT name FROM department WHERE id = ?1", department.Id) is { } name)
                    return name == department.Name ? ImportOutcome.Existing : ImportOutcome.NumberTaken;
                if (IsThere(session.Prepare("SELECT 1 FROM department WHERE parent_id = ?1 AND name = ?2")
                    .Bind(1, department.ParentId).Bind(2, department.Name)))
                    return ImportOutcome.NameTaken;

                session.Prepare(InsertDepartment)
                    .Bind(1, department.Id).Bind(2, department.Name).Bind(3, department.ParentId).Bind(4, department.Priority)
                    .Bind(5, department.Deleted ? 1 : 0).Bind(6, department.UpdatedSeconds).Execute();
                return ImportOutcome.Added;
            },
            cancellationToken);

    /// <summary>SQLite keeps the last number of each table with AUTOINCREMENT in a table of its own, which may be written.</summary>
    private static void Raise(SqliteSession session, string table, uint number)
    {
        session.Prepare("INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)")
            .Bind(1, table).Execute();
        session.Prepare("UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1 AND seq < ?2").Bind(1, table).Bind(2, number).Execute();
    }

    private static string? Find(SqliteSession session, string query, uint id)
    {
        using var rows = session.Prepare(query).Bind(1, id).Query();
        return rows.Next() ? rows.Text(0) : null;
    }

    private static bool IsThere(SqliteStatement statement)
    {
        using var rows = statement.Query();
        return rows.Next();
    }
}
