using System.CommandLine;
using System.ComponentModel;
using System.Globalization;
using System.Net;
using BrokerIm.Cql;

namespace BrokerIm.LoadTests.Cql;

/// <summary><c>cql</c>: what the CQL client makes of a node, beside another client on the same one.</summary>
internal static class CqlCommand
{
    private const string Python = "python";

    private static readonly Option<EndPoint> s_target = Arguments.Target(CqlOptions.DefaultPort);

    private static readonly Option<int[]> s_inFlight = new("--in-flight")
    {
        Description = "Requests in flight, one number or several: 1,32,256.",
        DefaultValueFactory = _ => [1, 32, 256],
        CustomParser = result =>
        {
            var numbers = result.Tokens[0].Value.Split(',')
                .Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
            if (Array.TrueForAll(numbers, number => number is >= 1 and <= CqlLoadOptions.MaxInFlight))
                return numbers;
            result.AddError($"--in-flight takes numbers from 1 to {CqlLoadOptions.MaxInFlight} with commas between them.");
            return null;
        },
    };

    private static readonly Option<int> s_seconds = Arguments.Number("--seconds", "Seconds of each measurement.", 5, 1, 3_600);

    private static readonly Option<int> s_rounds = Arguments.Number("--rounds", "How often everything is measured.", 3, 1, 100);

    private static readonly Option<int> s_warmUp = Arguments.Number(
        "--warmup", "Seconds of load before that; a Cassandra that has just started needs minutes.", 60, 0, 3_600);

    private static readonly Option<string?> s_against = new("--against")
    {
        Description = $"'{Python}': the same with Debian's python3-cassandra, in turns.",
    };

    private static readonly Option<FileInfo?> s_out = new("--out") { Description = "File for all measurements, as JSON." };

    public static Command Create()
    {
        s_against.AcceptOnlyFromAmong(Python);
        var command = new Command(
            "cql",
            "Measures the CQL client on a Cassandra: single inserts, batches of 20 rows of one partition, and reads of the latest 20 "
            + $"rows. Makes the keyspace {CqlTables.Keyspace} anew and drops it. Exit codes: 0 measured, 2 the run could not be made.")
        {
            s_target, s_inFlight, s_seconds, s_rounds, s_warmUp, s_against, s_out,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = new CqlLoadOptions(
            arguments.GetRequiredValue(s_target),
            arguments.GetRequiredValue(s_inFlight),
            TimeSpan.FromSeconds(arguments.GetValue(s_seconds)),
            arguments.GetValue(s_rounds),
            TimeSpan.FromSeconds(arguments.GetValue(s_warmUp)),
            AgainstPython: arguments.GetValue(s_against) == Python);
        try
        {
            var report = await new CqlScenario(options, Console.Error).RunAsync(cancellationToken);
            report.Print(Console.Out);
            if (arguments.GetValue(s_out) is { } file)
                await File.WriteAllTextAsync(file.FullName, report.ToJson(), cancellationToken);
            return 0;
        }
        catch (Exception exception) when (exception is CqlException or InvalidDataException or IOException or Win32Exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }
}
