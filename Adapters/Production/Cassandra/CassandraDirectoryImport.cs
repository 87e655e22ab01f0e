using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Accounts and departments of another server, under their own numbers, into Cassandra. As with any account, the name is claimed
/// first and the entry in the index of changes written before the account.
/// </summary>
internal sealed class CassandraDirectoryImport(ICassandraSession session, TimeProvider time) : IDirectoryImport, IDisposable
{
    private readonly CassandraDepartments _departments = new(session, time);

    public async ValueTask ReserveAsync(TakenNumbers taken, CancellationToken cancellationToken)
    {
        await RaiseAsync("user", taken.Users, cancellationToken);
        await RaiseAsync("department", taken.Departments, cancellationToken);
        await RaiseAsync("group", taken.Groups, cancellationToken);
    }

    public async ValueTask<ImportOutcome> AddAsync(UserAccount account, CancellationToken cancellationToken)
    {
        var profile = account.Profile;
        if (await FindAsync(account, cancellationToken) is { } known)
            return known;

        if (!(await session.ReadAsync(DirectoryStatements.ClaimName, (profile.Name, profile.Id), cancellationToken))[0]
            && (await session.ReadAsync(DirectoryStatements.FindName, profile.Name, cancellationToken))[0] != profile.Id)
            return ImportOutcome.NameTaken;

        await session.WriteAsync(
            DirectoryStatements.WriteChange, new UserChange[] { new(profile.UpdatedSeconds, profile.Id) }, cancellationToken);
        var added = await session.ReadAsync(DirectoryStatements.AddUser, (account, Guid.NewGuid()), cancellationToken);
        return added[0]
            ? ImportOutcome.Added
            : await FindAsync(account, cancellationToken)
                ?? throw new DependencyUnavailableException("An account was added and cannot be read yet.");
    }

    public ValueTask<ImportOutcome> AddAsync(Department department, CancellationToken cancellationToken) =>
        _departments.ImportAsync(department, cancellationToken);

    public void Dispose() => _departments.Dispose();

    private async ValueTask RaiseAsync(string kind, uint number, CancellationToken cancellationToken)
    {
        using var block = new IdBlock(session, kind);
        await block.RaiseAsync(number, cancellationToken);
    }

    private async ValueTask<ImportOutcome?> FindAsync(UserAccount account, CancellationToken cancellationToken)
    {
        var known = await session.ReadAsync(DirectoryStatements.Accounts, [(int)account.Profile.Id.Value], cancellationToken);
        if (known.Count == 0)
            return null;
        return known[0].Profile.Name == account.Profile.Name ? ImportOutcome.Existing : ImportOutcome.NumberTaken;
    }
}
