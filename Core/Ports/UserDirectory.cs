using BrokerIm.Core.Values;

namespace BrokerIm.Core.Ports;

/// <summary>Reading hand of the user directory: accounts, profiles, departments.</summary>
public interface IUserDirectory
{
    /// <summary>The account with exactly this login name (case-sensitive), or null.</summary>
    ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>Profiles of the given users, in any order; unknown ids are left out.</summary>
    ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken);

    /// <summary>Profiles changed at or after a time, oldest change first, at most <paramref name="max"/>.</summary>
    ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken);

    /// <summary>Departments changed after a time (exclusive), deleted ones included, oldest change first.</summary>
    ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(long updatedAfterSeconds, CancellationToken cancellationToken);
}

/// <summary>Writing hand of the user directory.</summary>
public interface IUserDirectoryWriter : IUserDirectory
{
    /// <summary>Adds an account; ids rise from 1 and are never reused.</summary>
    /// <returns>The new profile, or null when the name is taken.</returns>
    ValueTask<UserProfile?> AddAsync(NewUser user, CancellationToken cancellationToken);

    /// <summary>
    /// Changes a profile and sets the time of its last change to now; setting what is there already is a change as well. Of edits
    /// at the same time none undoes another, unless both set the same field.
    /// </summary>
    /// <returns>The profile as it is now, or null when there is no such user.</returns>
    ValueTask<UserProfile?> EditAsync(UserId user, ProfileEdit edit, CancellationToken cancellationToken);

    /// <summary>Replaces the stored password record.</summary>
    ValueTask SetCredentialAsync(UserId user, string credential, CancellationToken cancellationToken);

    /// <summary>Replaces the stored password record if it still is the known one.</summary>
    /// <returns>False when somebody else has changed it, or there is no such user. Of several who replace one record, one does.</returns>
    ValueTask<bool> ReplaceCredentialAsync(UserId user, string known, string credential, CancellationToken cancellationToken);

    /// <summary>
    /// The department with this name under its parent, created when missing. A deleted one comes back. Whether there is such a
    /// parent is not looked at.
    /// </summary>
    ValueTask<Department> GetOrAddDepartmentAsync(string name, uint parentId, CancellationToken cancellationToken);

    /// <summary>
    /// Renames, moves, orders, deletes or restores a department and sets the time of its last change to now. Departments stay a
    /// tree, whoever edits at the same time: of moves that would make a ring together, one is refused.
    /// </summary>
    /// <returns>The department as it is now, or why nothing was changed.</returns>
    ValueTask<DepartmentEdited> EditDepartmentAsync(uint id, DepartmentEdit edit, CancellationToken cancellationToken);
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

/// <summary>What to change of a profile; null leaves a field as it is.</summary>
public sealed record ProfileEdit(
    string? Nick = null,
    uint? Gender = null,
    string? Avatar = null,
    uint? DepartmentId = null,
    string? Email = null,
    string? Phone = null,
    string? Domain = null,
    uint? Status = null,
    string? Signature = null)
{
    /// <summary>The profile after this edit.</summary>
    /// <param name="profile">As it was.</param>
    /// <param name="nowSeconds">
    /// Time of the change in Unix seconds. The clock of whoever edits may be behind; a profile's time never goes back, because
    /// clients that know it already would not hear of the change.
    /// </param>
    public UserProfile ApplyTo(UserProfile profile, long nowSeconds) => profile with
    {
        Nick = Nick ?? profile.Nick,
        Gender = Gender ?? profile.Gender,
        Avatar = Avatar ?? profile.Avatar,
        DepartmentId = DepartmentId ?? profile.DepartmentId,
        Email = Email ?? profile.Email,
        Phone = Phone ?? profile.Phone,
        Domain = Domain ?? profile.Domain,
        Status = Status ?? profile.Status,
        Signature = Signature ?? profile.Signature,
        UpdatedSeconds = Math.Max(nowSeconds, profile.UpdatedSeconds),
    };
}

/// <summary>A department; <paramref name="ParentId"/> 0 is the root.</summary>
public sealed record Department(uint Id, string Name, uint ParentId, uint Priority, bool Deleted, long UpdatedSeconds);
