using BrokerIm.Core.Ports;
using BrokerIm.Import.TeamTalk;

namespace BrokerIm.Import;

/// <summary>What to do about what the old database does not hold.</summary>
/// <param name="AudioFolder">Full path of a copy of msfs's folder; null to leave recordings out.</param>
/// <param name="DryRun">Read and check everything, write nothing.</param>
public sealed record TeamTalkImportOptions(string? AudioFolder, bool DryRun);

/// <summary>
/// Reads the database of a TeamTalk server into the stores, under the numbers everything has there. Written at log positions of epoch
/// 0, below those of every running log, and made of the source alone: repeating an import writes the same cells again, and whatever
/// the server writes later wins.
/// </summary>
public sealed class TeamTalkImport(
    ImportTarget target, TeamTalkImportOptions options, ImportReport report, IImportProgress progress)
{
    /// <summary>Imports everything; an import that broke off is finished by running it again.</summary>
    /// <returns>The discovery items, which are settings and not data.</returns>
    /// <exception cref="ImportRefusedException">The database cannot be read, or the store holds something else.</exception>
    /// <exception cref="DependencyUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<ImportedDiscoveryItem>> RunAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = await TeamTalkDatabase.OpenAsync(connectionString, cancellationToken);
        var tables = new TeamTalkTables(database);
        var departmentRows = await tables.DepartmentsAsync(cancellationToken).ToListAsync(cancellationToken);
        report.Of("IMDepart").Read = departmentRows.Count;
        var departments = DirectoryRules.Departments(departmentRows, report);
        var userRows = await tables.UsersAsync(cancellationToken).ToListAsync(cancellationToken);
        report.Of("IMUser").Read = userRows.Count;
        var users = DirectoryRules.Users(userRows, report);

        var ids = users.Select(static user => user.Row.Id).ToHashSet();
        var filter = new MessageFilter(ids, new AudioFolder(options.AudioFolder), report);
        var sessions = new Sessions(report);
        var sink = new ConversationSink(target.Conversations, report, progress, options.DryRun);
        var groups = new GroupImport(tables, ids, filter, sessions, sink, report);
        var (groupIds, highestGroup) = await groups.ReadAsync(cancellationToken);
        await new TargetCheck(target).RunAsync(users.Select(static user => user.Account), departments, groupIds, cancellationToken);

        if (options.DryRun)
        {
            report.Of("IMDepart").Imported = departments.Count;
            report.Of("IMUser").Imported = users.Count;
        }
        else
        {
            var taken = new TakenNumbers(
                ids.DefaultIfEmpty().Max(), departments.Select(static one => one.Id).DefaultIfEmpty().Max(), highestGroup);
            await target.Directory.ReserveAsync(taken, cancellationToken);
            await new DirectoryImporter(target, report, progress).RunAsync(departments, users, cancellationToken);
        }

        await foreach (var session in tables.SessionsAsync(cancellationToken))
            sessions.Add(session);
        progress.Begin("group messages", await CountAsync(database, "IMGroupMessage", cancellationToken));
        await groups.RunAsync(database.Shards("IMGroupMessage"), cancellationToken);
        progress.Begin("messages", await CountAsync(database, "IMMessage", cancellationToken));
        await new PairImport(tables, filter, sessions, sink, report).RunAsync(database.Shards("IMMessage"), cancellationToken);
        sessions.Close();
        return await DiscoveryAsync(tables, cancellationToken);
    }

    private static async Task<long> CountAsync(TeamTalkDatabase database, string table, CancellationToken cancellationToken)
    {
        long rows = 0;
        foreach (var shard in database.Shards(table))
            rows += await database.CountAsync(shard, cancellationToken);
        return rows;
    }

    private async Task<IReadOnlyList<ImportedDiscoveryItem>> DiscoveryAsync(TeamTalkTables tables, CancellationToken cancellationToken)
    {
        const string Table = "IMDiscovery";
        var items = new List<ImportedDiscoveryItem>();
        await foreach (var row in tables.DiscoveryAsync(cancellationToken))
        {
            report.Of(Table).Read++;
            if (row.Status != 0)
                report.Skip(Table, row.Id, "deleted");
            else if (row.Name.Length == 0 || !Uri.TryCreate(row.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
                report.Skip(Table, row.Id, "it has no name, or its URL does not begin with http:// or https://");
            else
                items.Add(new(row.Name, row.Url, row.Priority));
        }

        report.Of(Table).Imported = items.Count;
        return items;
    }
}

/// <summary>A bookmark of the clients' discovery tab.</summary>
public sealed record ImportedDiscoveryItem(string Name, string Url, int Priority);
