using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;

namespace BrokerIm.Server.Users;

/// <summary>Adds the users of a file to the directory: the slow derivation of passwords on all cores, ids in the order of the file.</summary>
/// <param name="directory">Where to.</param>
/// <param name="iterations">Work factor of the passwords.</param>
/// <param name="dryRun">Look and check, but write nothing.</param>
internal sealed class UserImport(IUserDirectoryWriter directory, int iterations, bool dryRun)
{
    // Enough to keep the cores busy, little enough for a progress that moves.
    private static readonly int s_batch = 4 * Environment.ProcessorCount;

    private readonly Dictionary<string, uint> _departments = [];

    /// <summary>Takes rows in; what goes wrong with one does not stop the others.</summary>
    /// <param name="rows">As read from a file.</param>
    /// <param name="report">Told the outcome of every row, in order.</param>
    /// <param name="cancellationToken">Stops between two users.</param>
    public async Task RunAsync(
        IReadOnlyList<ImportRow> rows, IImportReport report, CancellationToken cancellationToken)
    {
        Dictionary<string, string> placeOfName = [];
        foreach (var batch in rows.Chunk(s_batch))
        {
            var found = new Found[batch.Length];
            for (var index = 0; index < batch.Length; index++)
                found[index] = await LookAsync(batch[index], placeOfName, cancellationToken);

            var credentials = await DeriveAsync(batch, found, cancellationToken);
            for (var index = 0; index < batch.Length; index++)
            {
                var added = credentials[index] is not { } credential
                    || await AddAsync(batch[index].Entry!, credential, cancellationToken);
                Report(batch[index], found[index], added, report);
            }
        }
    }

    private async Task<Found> LookAsync(ImportRow row, Dictionary<string, string> placeOfName, CancellationToken cancellationToken)
    {
        if (row.Entry is not { } entry)
            return new(IsNew: false, row.Problem);
        if (!placeOfName.TryAdd(entry.Name, row.Place))
            return new(IsNew: false, $"'{entry.Name}' stands in the file already, at {placeOfName[entry.Name]}.");
        return new(IsNew: await directory.FindAsync(entry.Name, cancellationToken) is null, Problem: "");
    }

    private async Task<string?[]> DeriveAsync(ImportRow[] batch, Found[] found, CancellationToken cancellationToken)
    {
        var credentials = new string?[batch.Length];
        if (dryRun)
            return credentials;

        await Parallel.ForAsync(0, batch.Length, cancellationToken, (index, _) =>
        {
            if (found[index].IsNew)
            {
                var sent = PasswordRecord.ClientText(batch[index].Entry!.Password);
                credentials[index] = PasswordRecord.Create(sent, iterations).ToString();
            }

            return ValueTask.CompletedTask;
        });
        return credentials;
    }

    private async Task<bool> AddAsync(UserEntry entry, string credential, CancellationToken cancellationToken)
    {
        var department = entry.Department.Length == 0 ? 0 : await DepartmentAsync(entry.Department, cancellationToken);
        var user = new NewUser(
            entry.Name,
            credential,
            entry.Nick.Length == 0 ? entry.Name : entry.Nick,
            entry.Gender,
            entry.Avatar,
            department,
            entry.Email,
            entry.Phone,
            entry.Domain.Length == 0 ? entry.Name : entry.Domain,
            entry.Status,
            entry.Signature);
        return await directory.AddAsync(user, cancellationToken) is not null;
    }

    private async Task<uint> DepartmentAsync(string name, CancellationToken cancellationToken)
    {
        if (!_departments.TryGetValue(name, out var id))
        {
            id = (await directory.GetOrAddDepartmentAsync(name, parentId: 0, cancellationToken)).Id;
            _departments.Add(name, id);
        }

        return id;
    }

    private static void Report(ImportRow row, Found found, bool added, IImportReport report)
    {
        if (found.Problem.Length > 0)
            report.Failed(row.Place, found.Problem);
        else if (found.IsNew && added)
            report.Added(row.Entry!.Name);
        else
            report.Existing(row.Entry!.Name);
    }

    /// <summary>What the directory says before anything is written.</summary>
    private readonly record struct Found(bool IsNew, string Problem);
}
