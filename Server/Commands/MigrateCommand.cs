using System.CommandLine;
using BrokerIm.Adapters.Production;
using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Adapters.Production.Kafka;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim migrate</c>: makes what the roles need in Cassandra and Kafka.</summary>
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
            "Creates keyspace and tables in Cassandra and topics in Kafka, and brings the tables to this version. To be run before the "
            + "first start and after an upgrade; what is there is left as it is. Exit codes: 0 all is there, 1 refused or out of "
            + "reach, 2 wrong settings.")
        {
            only, SettingsOptions.Config, SettingsOptions.Set,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            SettingsOptions.Read(arguments, withData: false), arguments.GetValue(only), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(IConfiguration settings, string? only, CancellationToken cancellationToken)
    {
        await using var services = CommandServices.Of(settings).AddMigrations(settings).BuildServiceProvider();
        try
        {
            if (only != KafkaOnly)
                await MigrateCassandraAsync(services, cancellationToken);
            return only == CassandraOnly || await MigrateKafkaAsync(services, cancellationToken) ? Ok : Failed;
        }
        catch (Exception exception) when (exception is MigrationRefusedException or DependencyUnavailableException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return Failed;
        }
    }

    private static async Task MigrateCassandraAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<CassandraMigration>().RunAsync(Console.WriteLine, cancellationToken) == 0)
            Console.WriteLine("Cassandra: nothing to do.");
    }

    private static async Task<bool> MigrateKafkaAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<KafkaTopicCreation>().RunAsync(Console.WriteLine, cancellationToken) > 0)
            return false;

        Console.WriteLine("Kafka: all topics are there.");
        return true;
    }
}
