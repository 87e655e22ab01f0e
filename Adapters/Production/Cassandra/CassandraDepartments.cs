using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Departments. The name under its parent is claimed first, with everything the department begins with; the department itself is
/// made of the claim, by whoever finds it missing, so a crash in between leaves nothing half-done.
/// </summary>
internal sealed class CassandraDepartments(ICassandraSession session, TimeProvider time) : IDisposable
{
    private readonly IdBlock _ids = new(session, "department");

    /// <inheritdoc cref="IUserDirectory.GetOrAddDepartmentAsync"/>
    public async ValueTask<Department> GetOrAddAsync(string name, uint parentId, CancellationToken cancellationToken)
    {
        var claim = await ClaimAsync(name, parentId, cancellationToken);
        while (true)
        {
            var found = await session.ReadAsync(DirectoryStatements.FindDepartment, claim.Id, cancellationToken);
            if (found.Count > 0)
                return found[0];

            await session.ReadAsync(
                DirectoryStatements.AddDepartment,
                new(claim.Id, name, parentId, Priority: 0, Deleted: false, claim.Updated),
                cancellationToken);
        }
    }

    /// <inheritdoc cref="IUserDirectory.ListDepartmentsAsync"/>
    public async ValueTask<IReadOnlyList<Department>> ListAsync(long updatedAfterSeconds, CancellationToken cancellationToken)
    {
        var all = await session.ReadAsync(DirectoryStatements.Departments, default, cancellationToken);
        return
        [
            .. all.Where(department => department.UpdatedSeconds > updatedAfterSeconds)
                .OrderBy(static department => department.UpdatedSeconds).ThenBy(static department => department.Id),
        ];
    }

    public void Dispose() => _ids.Dispose();

    private async ValueTask<(uint Id, long Updated)> ClaimAsync(string name, uint parentId, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await session.ReadAsync(DirectoryStatements.FindDepartmentName, (parentId, name), cancellationToken);
            if (found.Count > 0)
                return found[0];

            var id = await _ids.NextAsync(cancellationToken);
            await session.ReadAsync(
                DirectoryStatements.ClaimDepartmentName,
                (parentId, name, id, time.GetUtcNow().ToUnixTimeSeconds()),
                cancellationToken);
        }
    }
}
