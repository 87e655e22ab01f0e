using System.CommandLine;
using BrokerIm.Adapters.Production;
using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim migrate</c>: makes what the roles expect to find, before a first start and before each new version.</summary>
internal static class MigrateCommand
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const string CassandraOnly = "cassandra";
    private const string KafkaOnly = "kafka";

    public static Command Create()
    {
        var only = new Option<string?>("--only") { Description = "Only this one: cassandra or kafka.", HelpName = "SERVICE" };
        only.AcceptOnlyFromAmong(CassandraOnly, KafkaOnly);
        var command = new Command(
            "migrate",
            "Creates or upgrades the keyspace in Cassandra and creates missing topics in Kafka. Safe to run again; two at once are "
            + "refused. Exit codes: 0 done or nothing to do, 1 something is left to do, 2 wrong settings.")
        {
            only,
        };
        var settings = SettingsOptions.AddTo(command, withData: false);
        command.SetAction((arguments, cancellationToken) => RunAsync(settings.Read(arguments), arguments.GetValue(only), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IConfiguration settings, string? only, CancellationToken cancellationToken)
    {
        string[] problems = [.. SettingsCheck.Problems(settings)];
        if (problems.Length > 0)
            throw new SettingsException(problems);

        await using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning))
            .AddMigrations(settings)
            .BuildServiceProvider();
        try
        {
            if (only != KafkaOnly)
                await MigrateCassandraAsync(services.GetRequiredService<CassandraMigration>(), cancellationToken);
            return only == CassandraOnly || await CreateTopicsAsync(services.GetRequiredService<KafkaTopicCreation>(), cancellationToken)
                ? Ok
                : Failed;
        }
        catch (Exception exception) when (exception is MigrationRefusedException or DependencyUnavailableException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return Failed;
        }
    }

    private static async Task MigrateCassandraAsync(CassandraMigration migration, CancellationToken cancellationToken)
    {
        var applied = await migration.RunAsync(Console.WriteLine, cancellationToken);
        Console.WriteLine(applied == 0 ? "Cassandra: nothing to do." : $"Cassandra: {applied} step{(applied == 1 ? "" : "s")} applied.");
    }

    private static async Task<bool> CreateTopicsAsync(KafkaTopicCreation creation, CancellationToken cancellationToken)
    {
        var missing = await creation.RunAsync(Console.WriteLine, cancellationToken);
        Console.WriteLine(missing == 0 ? "Kafka: all topics are there." : $"Kafka: {missing} topics are missing.");
        return missing == 0;
    }
}
