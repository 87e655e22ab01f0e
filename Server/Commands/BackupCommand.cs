using System.CommandLine;
using System.Diagnostics;
using BrokerIm.Adapters.Embedded;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim backup</c>: a checked copy of the embedded store; the server may run meanwhile.</summary>
internal static class BackupCommand
{
    private const int Ok = 0;
    private const int Failed = 1;

    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "Where the copy goes; no such file may be there.", HelpName = "FILE", Required = true };
        var command = new Command(
            "backup",
            "Copies the embedded store as it is at this moment and checks the copy; the server may run. To restore, stop the server, put "
            + "the copy in the place of DIR/brokerim.db and remove the files that begin with that name. Exit codes: 0 done, 1 not done, "
            + "2 wrong usage.")
        {
            to,
        };
        var settings = SettingsOptions.AddTo(command);
        command.SetAction((arguments, cancellationToken) => OperatorGuard.RunAsync(async () =>
        {
            var configuration = settings.Read(arguments);
            if (!OperatorHost.IsEmbedded(configuration, settings.NameEmbeddedStore(arguments)))
            {
                await Console.Error.WriteLineAsync(
                    "Cassandra is configured; it has backups of its own (nodetool snapshot, see docs/OPERATIONS.md). Name an embedded store with --data.");
                return 2;
            }

            await using var services = await Stores.OpenAsync(configuration, embedded: true, cancellationToken);
            var backup = services.GetRequiredService<SqliteBackup>();
            var (target, began) = (arguments.GetRequiredValue(to), Stopwatch.GetTimestamp());
            try
            {
                await Task.Run(() => backup.CopyTo(target), cancellationToken);
            }
            catch (InvalidDataException exception)
            {
                await Console.Error.WriteLineAsync($"Not done: {exception.Message}");
                return Failed;
            }

            Console.WriteLine(
                $"{backup.Source} is copied to {target}: {new FileInfo(target).Length:N0} bytes, checked, {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s.");
            return Ok;
        }));
        return command;
    }
}
