using BrokerIm.Core.Ports;

namespace BrokerIm.Import.TeamTalk;

/// <summary>Writes departments and accounts, many accounts at once because each waits for its store.</summary>
internal sealed class DirectoryImporter(ImportTarget target, ImportReport report, IImportProgress progress)
{
    private const int AtOnce = 32;

    /// <summary>Writes them; what is there already stays as it is.</summary>
    public async Task RunAsync(
        IReadOnlyList<Department> departments,
        IReadOnlyList<(UserAccount Account, UserRow Row)> users,
        CancellationToken cancellationToken)
    {
        foreach (var department in departments)
            Count("IMDepart", department.Id, await target.Directory.AddAsync(department, cancellationToken));

        progress.Begin("users", users.Count);
        var gate = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(users, parallel, async (user, token) =>
        {
            var (account, row) = user;
            var outcome = await target.Directory.AddAsync(account, token);
            if (outcome == ImportOutcome.Added && row.PushShield)
                await target.Devices.SetPushShieldAsync(account.Profile.Id, isOn: true, token);
            lock (gate)
            {
                Count("IMUser", row.Id, outcome);
                progress.Advance(1);
            }
        });
    }

    private void Count(string table, uint row, ImportOutcome outcome)
    {
        switch (outcome)
        {
            case ImportOutcome.NumberTaken:
                report.Conflict(table, row, "the store has another one with this number");
                break;
            case ImportOutcome.NameTaken:
                report.Conflict(table, row, "the store has another one with this name");
                break;
            default:
                report.Of(table).Imported++;
                break;
        }
    }
}
