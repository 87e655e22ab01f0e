using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Support;

/// <summary>Profiles and departments in memory, for tests of who reads them.</summary>
internal sealed class InMemoryUsers : IUserDirectory
{
    private readonly List<UserProfile> _profiles = [];
    private int _questions;

    public InMemoryUsers(params uint[] ids)
    {
        foreach (var id in ids)
            Add(id);
    }

    /// <summary>While set, nothing is answered.</summary>
    public bool IsDown { get; set; }

    /// <summary>Questions asked so far.</summary>
    public int Questions => _questions;

    /// <summary>Departments, in any order.</summary>
    public List<Department> Departments { get; } = [];

    public void Add(uint id, long updated = 1, uint status = 0, string nick = "nick") =>
        _profiles.Add(new(new(id), $"user{id}", nick, 0, "", 0, "", "", "", status, "", updated));

    public ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        Answer<UserProfile>(() => _profiles.Where(profile => users.Contains(profile.Id)));

    public ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken) => Answer(() => _profiles
            .Where(profile => profile.UpdatedSeconds >= updatedSinceSeconds)
            .OrderBy(profile => profile.UpdatedSeconds)
            .Take(max));

    public ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(
        long updatedAfterSeconds, CancellationToken cancellationToken) => Answer(() => Departments
            .Where(department => department.UpdatedSeconds > updatedAfterSeconds)
            .OrderBy(department => department.UpdatedSeconds));

    public ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private ValueTask<IReadOnlyList<T>> Answer<T>(Func<IEnumerable<T>> answer)
    {
        Interlocked.Increment(ref _questions);
        if (IsDown)
            throw new DependencyUnavailableException("The directory is down.");
        return ValueTask.FromResult<IReadOnlyList<T>>([.. answer()]);
    }
}
