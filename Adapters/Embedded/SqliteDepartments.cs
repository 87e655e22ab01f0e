using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Departments in the database. There are few, and whether a change keeps them a tree takes all of them to tell.</summary>
internal sealed class SqliteDepartments(SqliteReaders readers, SqliteWriter writer, TimeProvider time)
{
    private const string Columns = "id, name, parent_id, priority, deleted, updated";

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <inheritdoc cref="IUserDirectory.ListDepartmentsAsync"/>
    public ValueTask<IReadOnlyList<Department>> ListAsync(long updatedAfterSeconds, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            updatedAfterSeconds,
            static (session, after) => (IReadOnlyList<Department>)ChangedAfter(session, after),
            cancellationToken);

    /// <inheritdoc cref="IUserDirectoryWriter.GetOrAddDepartmentAsync"/>
    public async ValueTask<Department> GetOrAddAsync(string name, uint parentId, CancellationToken cancellationToken)
    {
        var known = await readers.ReadAsync(
            (name, parentId), static (session, asked) => FindOrNull(session, asked.name, asked.parentId), cancellationToken);
        return known is { Deleted: false }
            ? known
            : await writer.RunAsync(session => GetOrAdd(session, name, parentId), cancellationToken);
    }

    /// <inheritdoc cref="IUserDirectoryWriter.EditDepartmentAsync"/>
    public async ValueTask<DepartmentEdited> EditAsync(uint id, DepartmentEdit edit, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session =>
            {
                var edited = edit.ApplyTo(id, ChangedAfter(session, long.MinValue), Now);
                if (edited.Department is { } department)
                    Write(session, department);
                return edited;
            },
            cancellationToken);

    private Department GetOrAdd(SqliteSession session, string name, uint parentId)
    {
        // Somebody may have added it since we looked.
        if (FindOrNull(session, name, parentId) is { } known)
        {
            if (!known.Deleted)
                return known;
            var restored = known with { Deleted = false, UpdatedSeconds = Math.Max(Now, known.UpdatedSeconds) };
            Write(session, restored);
            return restored;
        }

        var now = Now;
        session
            .Prepare("INSERT INTO department (parent_id, name, priority, deleted, updated) VALUES (?1, ?2, 0, 0, ?3)")
            .Bind(1, parentId).Bind(2, name).Bind(3, now).Execute();
        return new((uint)session.LastRowId, name, parentId, Priority: 0, Deleted: false, now);
    }

    private static void Write(SqliteSession session, Department department) => session
        .Prepare("UPDATE department SET name = ?2, parent_id = ?3, priority = ?4, deleted = ?5, updated = ?6 WHERE id = ?1")
        .Bind(1, department.Id).Bind(2, department.Name).Bind(3, department.ParentId).Bind(4, department.Priority)
        .Bind(5, department.Deleted ? 1 : 0).Bind(6, department.UpdatedSeconds).Execute();

    private static Department? FindOrNull(SqliteSession session, string name, uint parentId)
    {
        using var rows = session
            .Prepare($"SELECT {Columns} FROM department WHERE parent_id = ?1 AND name = ?2")
            .Bind(1, parentId).Bind(2, name).Query();
        return rows.Next() ? DepartmentOf(rows) : null;
    }

    private static List<Department> ChangedAfter(SqliteSession session, long seconds)
    {
        var departments = new List<Department>();
        using var rows = session
            .Prepare($"SELECT {Columns} FROM department WHERE updated > ?1 ORDER BY updated, id").Bind(1, seconds).Query();
        while (rows.Next())
            departments.Add(DepartmentOf(rows));
        return departments;
    }

    private static Department DepartmentOf(SqliteRows rows) => new(
        rows.UInt32(0), rows.Text(1), rows.UInt32(2), rows.UInt32(3), rows.Int64(4) != 0, rows.Int64(5));
}
