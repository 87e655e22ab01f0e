using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>A user directory that goes away when told to.</summary>
internal sealed class FaultyDirectory(IUserDirectoryWriter inner) : IUserDirectoryWriter
{
    /// <summary>While set, nothing is answered.</summary>
    public bool IsDown { get; set; }

    private IUserDirectoryWriter Inner => IsDown ? throw new DependencyUnavailableException("The directory is down.") : inner;

    public ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken) =>
        Inner.FindAsync(name, cancellationToken);

    public ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        Inner.GetAsync(users, cancellationToken);

    public ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken) =>
        Inner.ListChangedAsync(updatedSinceSeconds, max, cancellationToken);

    public ValueTask<UserProfile?> AddAsync(NewUser user, CancellationToken cancellationToken) =>
        Inner.AddAsync(user, cancellationToken);

    public ValueTask<UserProfile?> EditAsync(UserId user, ProfileEdit edit, CancellationToken cancellationToken) =>
        Inner.EditAsync(user, edit, cancellationToken);

    public ValueTask<DepartmentEdited> EditDepartmentAsync(uint id, DepartmentEdit edit, CancellationToken cancellationToken) =>
        Inner.EditDepartmentAsync(id, edit, cancellationToken);

    public ValueTask SetCredentialAsync(UserId user, string credential, CancellationToken cancellationToken) =>
        Inner.SetCredentialAsync(user, credential, cancellationToken);

    public ValueTask<bool> ReplaceCredentialAsync(UserId user, string known, string credential, CancellationToken cancellationToken) =>
        Inner.ReplaceCredentialAsync(user, known, credential, cancellationToken);

    public ValueTask<Department> GetOrAddDepartmentAsync(string name, uint parentId, CancellationToken cancellationToken) =>
        Inner.GetOrAddDepartmentAsync(name, parentId, cancellationToken);

    public ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(
        long updatedAfterSeconds, CancellationToken cancellationToken) =>
        Inner.ListDepartmentsAsync(updatedAfterSeconds, cancellationToken);
}
