using System.Text;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Accounts, profiles and departments in Cassandra.</summary>
internal sealed class CassandraUserDirectory : IUserDirectoryWriter, IDisposable
{
    private const int KeysPerStatement = 64;

    /// <summary>Longer than any name can be; the cluster takes no keys above 65,535 bytes and no empty ones.</summary>
    private const int MaxNameLength = 1_024;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ICassandraSession _session;
    private readonly TimeProvider _time;
    private readonly int _atOnce;
    private readonly IdBlock _ids;
    private readonly CassandraDepartments _departments;
    private readonly UserChanges _changes;

    public CassandraUserDirectory(ICassandraSession session, TimeProvider time, IOptions<CassandraOptions> options)
    {
        (_session, _time, _atOnce) = (session, time, options.Value.ConcurrentReads);
        _ids = new(session, "user");
        _departments = new(session, time);
        _changes = new(session, async (changes, token) =>
            await GetAsync([.. changes.Select(static change => change.User).Distinct()], token));
    }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    public async ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (!CanBeName(name))
            return null;

        var found = await _session.ReadAsync(DirectoryStatements.FindName, name, cancellationToken);
        if (found.Count == 0)
            return null;

        // A name without an account is one that is just being added, or whose adder crashed.
        var accounts = await _session.ReadAsync(DirectoryStatements.Accounts, [(int)found[0].Value], cancellationToken);
        return accounts.Count == 0 ? null : accounts[0];
    }

    public async ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        var questions = users.Select(static user => (int)user.Value).Chunk(KeysPerStatement).ToArray();
        var answers = new List<UserAccount>[questions.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _atOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, questions.Length, parallel, async (i, token) =>
            answers[i] = await _session.ReadAsync(DirectoryStatements.Accounts, questions[i], token));
        return [.. answers.SelectMany(static accounts => accounts).Select(static account => account.Profile)];
    }

    public ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken) =>
        _changes.ListAsync(updatedSinceSeconds, max, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// The name is claimed first, together with a number. A claim without its account is somebody's who crashed or is at it right
    /// now: it is taken over, and of all who try, the one who writes the account first has it.
    /// </remarks>
    /// <exception cref="ArgumentException">The name is empty, far too long or no valid text.</exception>
    public async ValueTask<UserProfile?> AddAsync(NewUser user, CancellationToken cancellationToken)
    {
        if (!CanBeName(user.Name))
            throw new ArgumentException("This cannot be a name.", nameof(user));

        var id = await ClaimAsync(user.Name, cancellationToken);
        if ((await _session.ReadAsync(DirectoryStatements.FindAdder, id, cancellationToken)).Count > 0)
            return null;

        var profile = new UserProfile(
            id, user.Name, user.Nick, user.Gender, user.Avatar, user.DepartmentId, user.Email, user.Phone, user.Domain, user.Status,
            user.Signature, Now);

        // Before the account: an entry too many is passed over, an account without its entry would never be listed.
        await WriteChangeAsync(DirectoryStatements.WriteChange, profile, cancellationToken);

        var adder = Guid.NewGuid();
        var added = await _session.ReadAsync(
            DirectoryStatements.AddUser, (new UserAccount(profile, user.Credential), adder), cancellationToken);
        return added[0] || await WasAddedByAsync(adder, id, cancellationToken) ? profile : null;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The new entry of the index comes before the change and the old one goes after it, so an account is never without. An entry that
    /// a crash left behind is passed over. An account's time only grows, so an entry once dropped is never needed again.
    /// </remarks>
    public async ValueTask<UserProfile?> EditAsync(UserId user, ProfileEdit edit, CancellationToken cancellationToken)
    {
        while (true)
        {
            if ((await GetAsync([user], cancellationToken)) is not [var old])
                return null;

            var edited = edit.ApplyTo(old, Now);
            var moves = edited.UpdatedSeconds != old.UpdatedSeconds;
            if (moves)
                await WriteChangeAsync(DirectoryStatements.WriteChange, edited, cancellationToken);
            if (!(await _session.ReadAsync(DirectoryStatements.EditProfile, (old, edited), cancellationToken))[0])
                continue;

            if (moves)
                await WriteChangeAsync(DirectoryStatements.DropChange, old, cancellationToken);
            return edited;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no such user.</exception>
    public async ValueTask SetCredentialAsync(UserId user, string credential, CancellationToken cancellationToken)
    {
        var adders = await _session.ReadAsync(DirectoryStatements.FindAdder, user, cancellationToken);
        if (adders.Count == 0
            || !(await _session.ReadAsync(DirectoryStatements.SetCredential, (user, credential, adders[0]), cancellationToken))[0])
            throw new InvalidOperationException($"There is no user {user}.");
    }

    public async ValueTask<bool> ReplaceCredentialAsync(
        UserId user, string known, string credential, CancellationToken cancellationToken) =>
        (await _session.ReadAsync(DirectoryStatements.ReplaceCredential, (user, known, credential), cancellationToken))[0];

    public ValueTask<Department> GetOrAddDepartmentAsync(string name, uint parentId, CancellationToken cancellationToken) =>
        _departments.GetOrAddAsync(name, parentId, cancellationToken);

    public ValueTask<DepartmentEdited> EditDepartmentAsync(uint id, DepartmentEdit edit, CancellationToken cancellationToken) =>
        _departments.EditAsync(id, edit, cancellationToken);

    public ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(
        long updatedAfterSeconds, CancellationToken cancellationToken) =>
        _departments.ListAsync(updatedAfterSeconds, cancellationToken);

    public void Dispose()
    {
        _ids.Dispose();
        _departments.Dispose();
    }

    private ValueTask WriteChangeAsync(CassandraWrite<UserChange> write, UserProfile profile, CancellationToken cancellationToken) =>
        _session.WriteAsync(write, new UserChange[] { new(profile.UpdatedSeconds, profile.Id) }, cancellationToken);

    /// <summary>The number that goes with a name, claimed now or before.</summary>
    private async ValueTask<UserId> ClaimAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Looked at before, so that a taken name uses up no number.
            var found = await _session.ReadAsync(DirectoryStatements.FindName, name, cancellationToken);
            if (found.Count > 0)
                return found[0];

            var id = new UserId(await _ids.NextAsync(cancellationToken));
            if ((await _session.ReadAsync(DirectoryStatements.ClaimName, (name, id), cancellationToken))[0])
                return id;
        }
    }

    /// <summary>Whether an addition that did not apply had applied before, its answer having been lost.</summary>
    private async ValueTask<bool> WasAddedByAsync(Guid adder, UserId user, CancellationToken cancellationToken)
    {
        var found = await _session.ReadAsync(DirectoryStatements.FindAdder, user, cancellationToken);
        return found.Count > 0 && found[0] == adder;
    }

    private static bool CanBeName(string name)
    {
        if (name.Length is 0 or > MaxNameLength)
            return false;

        // Half a surrogate pair is no text for the cluster.
        try
        {
            s_strict.GetByteCount(name);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
