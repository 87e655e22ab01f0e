using BrokerIm.Core.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Before anything else starts: the keyspace has the schema this program was made for, and as many copies of each row as the
/// settings say.
/// </summary>
internal sealed class CassandraCheck(
    ICassandraConnector connector,
    ICassandraSession own,
    IOptions<CassandraOptions> options,
    TimeProvider time,
    ILogger<CassandraCheck> log) : IHostedLifecycleService
{
    private const int CopiesThatSurviveALoss = 3;

    private readonly CassandraOptions _options = options.Value;

    /// <exception cref="OptionsValidationException">The keyspace is not as configured.</exception>
    /// <exception cref="DependencyUnavailableException">No node answered within <see cref="CassandraOptions.StartTimeout"/>.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        string[] problems;
        try
        {
            problems = await ProblemsAsync(cancellationToken);
        }
        catch (CassandraRefusalException exception)
        {
            problems = [exception.IsLogin ? $"Cassandra:User = '{_options.User}': {exception.Message}" : $"Cassandra: {exception.Message}"];
        }

        if (problems.Length > 0)
            throw new OptionsValidationException(CassandraOptions.Section, typeof(CassandraOptions), problems);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async ValueTask<string[]> ProblemsAsync(CancellationToken cancellationToken)
    {
        var patience = new ClusterPatience(_options, time, log);
        await using var session = connector.Open(keyspace: null);
        var cluster = await patience.AskAsync(token => ClusterFacts.ReadAsync(session, _options.Keyspace, token), cancellationToken);
        if (cluster.Replication is null)
            return [$"Cassandra:Keyspace = '{_options.Keyspace}': the cluster has no such keyspace; \"brokerim migrate\" creates it."];

        string[] problems = [.. ReplicationRules.Problems(cluster, _options)];
        if (problems.Length > 0)
            return problems;

        if (_options.ReplicationFactor < CopiesThatSurviveALoss)
            log.FewCopies(_options.Keyspace, _options.ReplicationFactor, _options.ReplicationFactor == 1 ? "loses messages" : "stops the service");

        var version = 0;
        if (cluster.HasSchemaTable)
        {
            var applied = await patience.AskAsync(token => AppliedSchema.ReadAsync(own, token), cancellationToken);
            if (applied.Contradiction(SchemaFile.All) is { } contradiction)
                return [$"Cassandra:Keyspace = '{_options.Keyspace}': {contradiction}"];
            version = applied.Version;
        }

        return version == SchemaFile.All.Count
            ? []
            : [$"Cassandra:Keyspace = '{_options.Keyspace}': its schema has version {version}, {SchemaFile.All.Count} is needed; run \"brokerim migrate\"."];
    }
}
