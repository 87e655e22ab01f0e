using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Numbers of new groups from Cassandra. Of all who ask for one request, the first to write its number decides.</summary>
internal sealed class CassandraGroupIds(ICassandraSession session) : IGroupIds, IDisposable
{
    private readonly IdBlock _ids = new(session, "group");

    public async ValueTask<uint> ReserveAsync(uint creator, ClientMessageId request, CancellationToken cancellationToken)
    {
        var key = new byte[ClientMessageId.Size];
        request.Write(key);
        if (await FindAsync(creator, key, cancellationToken) is { } known)
            return known;

        var group = await _ids.NextAsync(cancellationToken);
        var claimed = await session.ReadAsync(DirectoryStatements.ClaimGroup, (creator, key, group), cancellationToken);

        // What did not apply may be our own first try, whose answer was lost; whoever's it is, that number counts.
        return claimed[0]
            ? group
            : await FindAsync(creator, key, cancellationToken)
                ?? throw new DependencyUnavailableException("A group's number was claimed and cannot be read yet.");
    }

    public void Dispose() => _ids.Dispose();

    private async ValueTask<uint?> FindAsync(uint creator, byte[] request, CancellationToken cancellationToken)
    {
        var found = await session.ReadAsync(DirectoryStatements.FindGroupRequest, (creator, request), cancellationToken);
        return found.Count == 0 ? null : found[0];
    }
}
