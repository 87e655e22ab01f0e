using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Users;
using Spectre.Console;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim users import</c>.</summary>
internal static class UsersImportCommand
{
    private const int PlainSteps = 10;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("FILE")
        {
            Description = "JSON array of objects, or CSV with a header line. Fields: name and password, and as you like "
                + string.Join(", ", UserFields.All.Skip(2)) + ".",
        };
        var format = new Option<string?>("--format")
        {
            Description = "json or csv. Defaults to what the file's name ends in.",
        };
        format.AcceptOnlyFromAmong("json", "csv");
        var dryRun = new Option<bool>("--dry-run") { Description = "Check everything, add nobody." };
        var iterations = UsersOptions.Iterations();

        var command = new Command("import", "Adds the accounts of a file; those that exist are left as they are.")
        {
            file, format, dryRun, iterations,
        };
        var access = DirectoryAccess.AddTo(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var source = arguments.GetRequiredValue(file);
            var kind = arguments.GetValue(format) ?? source.Extension.TrimStart('.').ToLowerInvariant();
            if (kind is not ("json" or "csv"))
            {
                await Console.Error.WriteLineAsync($"'{source.Name}' ends in neither .json nor .csv: say --format.");
                return UsersOptions.WrongUsage;
            }

            if (await ReadAsync(source, kind, cancellationToken) is not { } rows)
                return UsersOptions.Failed;
            return await access.UseAsync(arguments, directory =>
                ImportAsync(directory, rows, arguments.GetValue(iterations), arguments.GetValue(dryRun), cancellationToken), cancellationToken);
        });
        return command;
    }

    private static async Task<IReadOnlyList<ImportRow>?> ReadAsync(FileInfo file, string kind, CancellationToken cancellationToken)
    {
        try
        {
            if (kind == "json")
                return JsonUserFile.Read(await File.ReadAllBytesAsync(file.FullName, cancellationToken));

            using var text = file.OpenText();
            return CsvUserFile.Read(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"'{file}' cannot be read: {exception.Message}");
            return null;
        }
    }

    private static async Task<int> ImportAsync(
        IUserDirectoryWriter directory, IReadOnlyList<ImportRow> rows, int iterations, bool dryRun, CancellationToken cancellationToken)
    {
        var import = new UserImport(directory, iterations, dryRun);
        var report = Console.IsOutputRedirected
            ? await RunPlainAsync(import, rows, cancellationToken)
            : await RunOnTerminalAsync(import, rows, cancellationToken);

        Console.WriteLine(report.Summary(dryRun));
        return report.FailedCount == 0 ? UsersOptions.Ok : UsersOptions.Failed;
    }

    private static async Task<ImportReport> RunPlainAsync(
        UserImport import, IReadOnlyList<ImportRow> rows, CancellationToken cancellationToken)
    {
        var step = 0;
        var report = new ImportReport(rows.Count, Console.Error.WriteLine, done =>
        {
            if (done * PlainSteps / rows.Count == step)
                return;
            step = done * PlainSteps / rows.Count;
            Console.WriteLine($"{done} of {rows.Count}");
        });
        await import.RunAsync(rows, report, cancellationToken);
        return report;
    }

    private static async Task<ImportReport> RunOnTerminalAsync(
        UserImport import, IReadOnlyList<ImportRow> rows, CancellationToken cancellationToken)
    {
        // Complaints wait until the bar is gone: the two would write over each other.
        List<string> complaints = [];
        var report = await AnsiConsole.Progress().StartAsync(async context =>
        {
            var bar = context.AddTask("Importing users", maxValue: Math.Max(1, rows.Count));
            var running = new ImportReport(rows.Count, complaints.Add, done => bar.Value = done);
            await import.RunAsync(rows, running, cancellationToken);
            return running;
        });
        foreach (var complaint in complaints)
            await Console.Error.WriteLineAsync(complaint);
        return report;
    }
}
