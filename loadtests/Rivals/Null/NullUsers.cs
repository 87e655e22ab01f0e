using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Core.Values;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Rivals.Null;

/// <summary>Knows the users of a users file, with passwords that take no time to check. Nothing about them can be changed.</summary>
internal sealed class NullUsers(IReadOnlyList<LoadUser> users) : IUserDirectoryWriter
{
    private readonly UserAccount[] _accounts = [.. users.Select(AccountOf)];

    private readonly Dictionary<string, int> _names = users.Select(static (user, index) => (user.Name, index)).ToDictionary();

    public ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken) =>
        new(_names.TryGetValue(name, out var index) ? _accounts[index] : null);

    public ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        new([.. users.Where(user => user.Value - 1 < _accounts.Length).Select(user => _accounts[user.Value - 1].Profile)]);

    public ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(long updatedAfterSeconds, CancellationToken cancellationToken) =>
        new([]);

    public ValueTask<UserProfile?> AddAsync(NewUser user, CancellationToken cancellationToken) => throw Unchangeable();

    public ValueTask<UserProfile?> EditAsync(UserId user, ProfileEdit edit, CancellationToken cancellationToken) => throw Unchangeable();

    public ValueTask SetCredentialAsync(UserId user, string credential, CancellationToken cancellationToken) => throw Unchangeable();

    public ValueTask<bool> ReplaceCredentialAsync(UserId user, string known, string credential, CancellationToken cancellationToken) =>
        throw Unchangeable();

    public ValueTask<Department> GetOrAddDepartmentAsync(string name, uint parentId, CancellationToken cancellationToken) =>
        throw Unchangeable();

    public ValueTask<DepartmentEdited> EditDepartmentAsync(uint id, DepartmentEdit edit, CancellationToken cancellationToken) =>
        throw Unchangeable();

    private static UserAccount AccountOf(LoadUser user, int index)
    {
        var profile = new UserProfile(
            new((uint)index + 1), user.Name, user.Name, Gender: 0, Avatar: "", DepartmentId: 0, Email: "", Phone: "", Domain: user.Name,
            Status: 0, Signature: "", UpdatedSeconds: 0);
        return new(profile, PasswordRecord.Create(user.SentPassword(), iterations: 1).ToString());
    }

    private static DependencyUnavailableException Unchangeable() => new("Users are as they stand in their file.");
}
