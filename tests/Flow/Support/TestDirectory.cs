using System.Collections.Concurrent;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>A user directory in memory, for tests of the gateway alone.</summary>
internal sealed class TestDirectory : IUserDirectory
{
    public const string Password = "123456";

    private readonly ConcurrentDictionary<string, UserAccount> _accounts = new();
    private int _lastId = 1_000;

    /// <summary>While set, nothing is answered.</summary>
    public bool IsDown { get; set; }

    /// <summary>Adds an account with <see cref="Password"/>, derived as cheaply as it can be.</summary>
    public UserProfile Add(string name, uint status = 0, string nick = "") => Put(
        name, new UserProfile(NextId(), name, nick, 0, "", 0, "", "", name, status, "", 0), PasswordRecord.ClientText(Password));

    public void SetPassword(string name, string password) =>
        Put(name, _accounts[name].Profile, PasswordRecord.ClientText(password));

    public ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken) => IsDown
        ? throw new DependencyUnavailableException("The directory is down.")
        : ValueTask.FromResult(_accounts.GetValueOrDefault(name));

    public ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<UserProfile?> AddAsync(NewUser user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask SetCredentialAsync(UserId user, string credential, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<Department> GetOrAddDepartmentAsync(string name, uint parentId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(
        long updatedAfterSeconds, CancellationToken cancellationToken) => throw new NotSupportedException();

    private UserId NextId() => new((uint)Interlocked.Increment(ref _lastId));

    private UserProfile Put(string name, UserProfile profile, string clientText)
    {
        _accounts[name] = new(profile, PasswordRecord.Create(clientText, iterations: 1).ToString());
        return profile;
    }
}
