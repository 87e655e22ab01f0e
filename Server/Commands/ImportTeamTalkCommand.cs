using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Import;
using BrokerIm.Server.Hosting;
using BrokerIm.Server.Import;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim import teamtalk</c>.</summary>
internal sealed class ImportTeamTalkCommand
{
    private readonly Option<string> _mysql = new("--mysql")
    {
        Description = "Connection string of the old database, as Server=HOST;Port=3306;Database=teamtalk;User ID=NAME;Password=TEXT. "
            + "To keep it from other users' eyes write the options into a file and give @FILE.",
        HelpName = "CONNECTION",
        Required = true,
    };

    private readonly Option<DirectoryInfo?> _audio = new("--audio-dir")
    {
        Description = "Copy of the folder of msfs, for voice messages; without it they are left out.", HelpName = "DIR",
    };

    private readonly Option<FileInfo?> _discovery = new("--discovery")
    {
        Description = "Where to write the discovery items, as settings in JSON.", HelpName = "FILE",
    };

    private readonly Option<FileInfo?> _report = new("--report")
    {
        Description = "Where to write a line for each row that was skipped or changed: table, row, reason, with tabs between.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read and check everything, write nothing." };
    private readonly Command _command;
    private readonly SettingsOptions _settings;

    private ImportTeamTalkCommand()
    {
        _command = new(
            "teamtalk",
            "Imports the database of a TeamTalk server into new stores: departments, users with their passwords, groups, messages. "
            + "No server may run on them meanwhile. Safe to run again; so an import that broke off is finished.")
        {
            _mysql, _audio, _discovery, _report, _dryRun,
        };
        _settings = SettingsOptions.AddTo(_command);
        _command.SetAction(RunAsync);
    }

    public static Command Create() => new ImportTeamTalkCommand()._command;

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_audio) is { Exists: false } missing)
            return await FailAsync($"There is no folder '{missing}'.", UsersOptions.WrongUsage);

        try
        {
            await using var services = await Stores.OpenAsync(
                _settings.Read(arguments), _settings.NameEmbeddedStore(arguments), cancellationToken, alone: true);
            await using var details = arguments.GetValue(_report)?.CreateText();
            var report = new ImportReport(details);
            var items = await ImportAsync(arguments, services, report, cancellationToken);
            if (arguments.GetValue(_discovery) is { } file)
                await File.WriteAllTextAsync(file.FullName, ImportSummary.DiscoverySettings(items), cancellationToken);
            ImportSummary.Write(report, arguments.GetValue(_dryRun), Console.Out);
            return report.Conflicts == 0 ? UsersOptions.Ok : UsersOptions.Failed;
        }
        catch (ImportRefusedException exception)
        {
            return await FailAsync(exception.Message);
        }
        catch (DependencyUnavailableException exception)
        {
            return await FailAsync($"The store cannot be reached: {exception.Message} Run the same import again to finish it.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(exception.Message);
        }
        catch (InvalidOperationException exception) when (exception.Message.StartsWith("Another embedded server", StringComparison.Ordinal))
        {
            return await FailAsync($"{exception.Message} Stop it for the time of the import.");
        }
    }

    private async Task<IReadOnlyList<ImportedDiscoveryItem>> ImportAsync(
        ParseResult arguments, ServiceProvider services, ImportReport report, CancellationToken cancellationToken)
    {
        var target = new ImportTarget(
            services.GetRequiredService<IUserDirectory>(),
            services.GetRequiredService<IDirectoryImport>(),
            services.GetRequiredService<IDevices>(),
            services.GetRequiredService<IConversationStore>());
        var options = new TeamTalkImportOptions(arguments.GetValue(_audio)?.FullName, arguments.GetValue(_dryRun));
        var connection = arguments.GetRequiredValue(_mysql);
        if (Console.IsOutputRedirected)
            return await RunAsync(new PlainProgress(Console.Out));

        return await AnsiConsole.Progress().StartAsync(async context =>
        {
            var bars = new BarProgress(context);
            var items = await RunAsync(bars);
            bars.Finish();
            return items;
        });

        Task<IReadOnlyList<ImportedDiscoveryItem>> RunAsync(IImportProgress progress) =>
            new TeamTalkImport(target, options, report, progress).RunAsync(connection, cancellationToken);
    }

    private static async Task<int> FailAsync(string problem, int code = UsersOptions.Failed)
    {
        await Console.Error.WriteLineAsync(problem);
        return code;
    }
}
