using BrokerIm.Core.Values;

namespace BrokerIm.Core.Ports;

/// <summary>Who there is: accounts, profiles, departments.</summary>
public interface IUserDirectory
{
    /// <summary>The account with exactly this login name (case-sensitive), or null.</summary>
    ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Profiles of the given users, in any order; unknown ids are left out.</summary>
    ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken);

    /// <summary>Profiles changed at or after a time, oldest change first, at most <paramref name="max"/>.</summary>
    ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken);

    /// <summary>Adds an account; ids rise from 1 and are never reused.</summary>
    /// <returns>The new profile, or null when the name is taken.</returns>
    ValueTask<UserProfile?> AddAsync(NewUser user, CancellationToken cancellationToken);

    /// <summary>Replaces the stored password record.</summary>
    ValueTask SetCredentialAsync(UserId user, string credential, CancellationToken cancellationToken);

    /// <summary>The department with this name under its parent, created when missing.</summary>
    ValueTask<Department> GetOrAddDepartmentAsync(string name, uint parentId, CancellationToken cancellationToken);

    /// <summary>Departments changed after a time (exclusive), oldest change first.</summary>
    ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(long updatedAfterSeconds, CancellationToken cancellationToken);
}

/// <summary>An account with its password record (<see cref="Security.PasswordRecord"/>).</summary>
public sealed record UserAccount(UserProfile Profile, string Credential);

/// <summary>What everybody may know of a user (protocol chapter 04 section 1, storage chapter 09 section 1.1).</summary>
/// <param name="Id">User id.</param>
/// <param name="Name">Login name, at most 32 characters, unique.</param>
/// <param name="Nick">Display name.</param>
/// <param name="Gender">0 unknown, 1 male, 2 female.</param>
/// <param name="Avatar">URL or path; may be empty.</param>
/// <param name="DepartmentId">0 for none.</param>
/// <param name="Email">May be empty.</param>
/// <param name="Phone">May be empty.</param>
/// <param name="Domain">Latin spelling for sorting.</param>
/// <param name="Status">0 active, 1 probation, 2 official, 3 left, 4 intern; only 0 may log in.</param>
/// <param name="Signature">At most 128 bytes.</param>
/// <param name="UpdatedSeconds">Unix seconds of the last change.</param>
public sealed record UserProfile(
    UserId Id,
    string Name,
    string Nick,
    uint Gender,
    string Avatar,
    uint DepartmentId,
    string Email,
    string Phone,
    string Domain,
    uint Status,
    string Signature,
    long UpdatedSeconds);

/// <summary>An account to be added.</summary>
public sealed record NewUser(
    string Name,
    string Credential,
    string Nick,
    uint Gender = 0,
    string Avatar = "",
    uint DepartmentId = 0,
    string Email = "",
    string Phone = "",
    string Domain = "",
    uint Status = 0,
    string Signature = "");

/// <summary>A department; <paramref name="ParentId"/> 0 is the root.</summary>
public sealed record Department(uint Id, string Name, uint ParentId, uint Priority, bool Deleted, long UpdatedSeconds);
