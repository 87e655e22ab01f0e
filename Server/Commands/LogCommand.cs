using System.CommandLine;
using BrokerIm.Adapters.Production;
using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim log</c>: where the workers stand in the inbound log, and bringing them back.</summary>
internal static class LogCommand
{
    private const int Ok = 0;

    public static Command Create() => new("log", "The inbound log in Kafka. Exit codes: 0 done, 1 not done, 2 wrong usage or settings.")
    {
        Show(), Rewind(),
    };

    private static Command Show() => With(
        new("show", "Shows, per partition, the oldest record, where Persist goes on, and the end."),
        (_, log) =>
        {
            Console.WriteLine("partition\tfirst\tpersist\tend");
            var places = log.Places();
            for (var partition = 0; partition < places.Count; partition++)
                Console.WriteLine($"{partition}\t{places[partition].First}\t{places[partition].Committed?.ToString() ?? "-"}\t{places[partition].End}");
            return Ok;
        });

    private static Command Rewind()
    {
        var partition = new Option<int?>("--partition") { Description = "Only this one; all by default.", HelpName = "P" };
        var to = new Option<long?>("--to") { Description = "Offset at which to go on.", HelpName = "OFFSET" };
        var by = new Option<long?>("--by") { Description = "So many records before where it stands.", HelpName = "RECORDS" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says what would be done." };
        return With(
            new(
                "rewind",
                "Has Persist read again from an earlier record: after the store lost its last writes, or came back from a backup. Harmless: "
                + "what is stored stays, what is missing comes back under the same ids. Stop all Persist workers first.")
            {
                partition, to, by, dryRun,
            },
            (arguments, log) =>
            {
                if (arguments.GetValue(to) is null == arguments.GetValue(by) is null)
                    return Refuse("Say either --to or --by.");
                var places = log.Places();
                if (arguments.GetValue(partition) is { } only && (only < 0 || only >= places.Count))
                    return Refuse($"--partition is {only}; allowed is 0 to {places.Count - 1}.");

                for (var i = 0; i < places.Count; i++)
                {
                    if (arguments.GetValue(partition) is { } one && one != i)
                        continue;
                    var (place, from) = (places[i], places[i].Committed ?? places[i].First);
                    var target = Math.Max(place.First, arguments.GetValue(to) ?? from - arguments.GetValue(by)!.Value);
                    if (target >= from)
                    {
                        Console.WriteLine($"partition {i}: stands at {from}, nothing to do");
                        continue;
                    }

                    if (!arguments.GetValue(dryRun))
                        log.To(i, target);
                    Console.WriteLine($"partition {i}: {(arguments.GetValue(dryRun) ? "would go" : "goes")} on at {target} instead of {from}");
                }

                return Ok;
            });
    }

    private static int Refuse(string problem)
    {
        Console.Error.WriteLine(problem);
        return 2;
    }

    private static Command With(Command command, Func<ParseResult, KafkaRewind, int> work)
    {
        var settings = SettingsOptions.AddTo(command, withData: false);
        command.SetAction((arguments, cancellationToken) => OperatorGuard.RunAsync(async () =>
        {
            var configuration = settings.Read(arguments);
            string[] problems = [.. SettingsCheck.Problems(configuration)];
            if (problems.Length > 0)
                throw new SettingsException(problems);
            await using var services = new ServiceCollection()
                .AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning))
                .AddMigrations(configuration)
                .BuildServiceProvider();
            return await Task.Run(() => work(arguments, services.GetRequiredService<KafkaRewind>()), cancellationToken);
        }));
        return command;
    }
}
