using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>A user directory in which everybody is.</summary>
internal sealed class UserList(Wire wire) : IUserDirectory
{
    public ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Clients of the simulation have no passwords.");

    public async ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        await wire.AskAsync<IReadOnlyList<UserProfile>>(
            "directory.get",
            () => [.. users.Select(static user => new UserProfile(user, $"user{user.Value}", "nick", 0, "", 0, "", "", "", 0, "", 1))])
            .WaitAsync(cancellationToken);

    public ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Clients of the simulation have no contact lists.");

    public ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(
        long updatedAfterSeconds, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Clients of the simulation have no contact lists.");
}
