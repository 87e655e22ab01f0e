using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Departments. There are few and they change seldom, so all of them are read, and a change is written on condition that nothing has
/// changed since: whoever comes second reads and decides anew. So names stay unique and parents a tree, whoever writes.
/// </summary>
internal sealed class CassandraDepartments(ICassandraSession session, TimeProvider time) : IDisposable
{
    private readonly IdBlock _ids = new(session, "department");

    // Writers of one process would only make each other repeat.
    private readonly SemaphoreSlim _writing = new(1, 1);

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <inheritdoc cref="IUserDirectoryWriter.GetOrAddDepartmentAsync"/>
    public async ValueTask<Department> GetOrAddAsync(string name, uint parentId, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            for (uint newId = 0; ;)
            {
                var tree = await ReadAsync(cancellationToken);
                var known = tree.All.FirstOrDefault(department => department.ParentId == parentId && department.Name == name);
                if (known is { Deleted: false })
                    return known;

                if (known is null && newId == 0)
                    newId = await _ids.NextAsync(cancellationToken);
                var live = known is null
                    ? new Department(newId, name, parentId, Priority: 0, Deleted: false, Now)
                    : known with { Deleted = false, UpdatedSeconds = Math.Max(Now, known.UpdatedSeconds) };
                if (await TryWriteAsync(live, tree.Version, cancellationToken))
                    return live;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc cref="IUserDirectoryWriter.EditDepartmentAsync"/>
    public async ValueTask<DepartmentEdited> EditAsync(uint id, DepartmentEdit edit, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                var tree = await ReadAsync(cancellationToken);
                var edited = edit.ApplyTo(id, tree.All, Now);
                if (edited.Department is not { } department || await TryWriteAsync(department, tree.Version, cancellationToken))
                    return edited;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc cref="IDirectoryImport.AddAsync(Department, CancellationToken)"/>
    public async ValueTask<ImportOutcome> ImportAsync(Department department, CancellationToken cancellationToken)
    {
        while (true)
        {
            var tree = await ReadAsync(cancellationToken);
            if (tree.All.FirstOrDefault(one => one.Id == department.Id) is { } known)
                return known.Name == department.Name ? ImportOutcome.Existing : ImportOutcome.NumberTaken;
            if (tree.All.Any(one => one.ParentId == department.ParentId && one.Name == department.Name))
                return ImportOutcome.NameTaken;
            if (await TryWriteAsync(department, tree.Version, cancellationToken))
                return ImportOutcome.Added;
        }
    }

    /// <inheritdoc cref="IUserDirectory.ListDepartmentsAsync"/>
    public async ValueTask<IReadOnlyList<Department>> ListAsync(long updatedAfterSeconds, CancellationToken cancellationToken)
    {
        var tree = await ReadAsync(cancellationToken);
        return
        [
            .. tree.All.Where(department => department.UpdatedSeconds > updatedAfterSeconds)
                .OrderBy(static department => department.UpdatedSeconds).ThenBy(static department => department.Id),
        ];
    }

    public void Dispose()
    {
        _ids.Dispose();
        _writing.Dispose();
    }

    /// <summary>All departments, and their version; none before there was ever a department.</summary>
    private async ValueTask<(IReadOnlyList<Department> All, Guid? Version)> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = await session.ReadAsync(DirectoryStatements.Departments, default, cancellationToken);

        // Of several pages the first was read first, and the version must be no newer than any department.
        return ([.. rows.Select(static row => row.Department).OfType<Department>()], rows.Count == 0 ? null : rows[0].Version);
    }

    /// <summary>False when departments are no longer as they were read, or when the answer to an earlier attempt was lost.</summary>
    private async ValueTask<bool> TryWriteAsync(Department department, Guid? known, CancellationToken cancellationToken)
    {
        if (known is not { } version)
        {
            await session.ReadAsync(DirectoryStatements.FirstVersion, Guid.NewGuid(), cancellationToken);
            return false;
        }

        return (await session.ReadAsync(
            DirectoryStatements.WriteDepartment, (department, Guid.NewGuid(), version), cancellationToken))[0];
    }
}
