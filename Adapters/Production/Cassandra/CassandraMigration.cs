using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Brings a keyspace to the schema that this program needs, creating it when it is missing. Every statement may be run again, so a
/// migration that was interrupted goes on where it was when it is run again.
/// </summary>
public sealed class CassandraMigration
{
    private static readonly CassandraWrite<(int Version, string Checksum, long AppliedAt)> s_done = new(
        "INSERT INTO schema_version (version, checksum, applied_at) VALUES (?, ?, ?)",
        static (in (int Version, string Checksum, long AppliedAt) row, IBoundValues values) => values
            .Add(row.Version).Add(row.Checksum).Add(row.AppliedAt));

    private readonly ICassandraConnector _connector;
    private readonly CassandraOptions _options;
    private readonly IReadOnlyList<SchemaFile> _files;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    internal CassandraMigration(
        ICassandraConnector connector,
        IOptions<CassandraOptions> options,
        IReadOnlyList<SchemaFile> files,
        TimeProvider time,
        ILogger<CassandraMigration> log)
    {
        (_connector, _options, _files, _time, _log) = (connector, options.Value, files, time, log);
    }

    /// <summary>Does what is to be done.</summary>
    /// <param name="say">Told what is done, a line at a time.</param>
    /// <param name="cancellationToken">Stops between two statements.</param>
    /// <returns>Steps of the schema that were applied; 0 when there was nothing to do.</returns>
    /// <exception cref="MigrationRefusedException">It must not be done; the message says why.</exception>
    /// <exception cref="DependencyUnavailableException">The cluster does not answer. Safe to run again.</exception>
    public async Task<int> RunAsync(Action<string> say, CancellationToken cancellationToken)
    {
        try
        {
            var release = await CreateKeyspaceAsync(say, cancellationToken);
            await using var session = _connector.Open(_options.Keyspace);
            return await ApplyAsync(session, release, say, cancellationToken);
        }
        catch (CassandraRefusalException exception)
        {
            throw new MigrationRefusedException($"Cassandra refuses: {exception.Message}", exception);
        }
    }

    private async Task<Version> CreateKeyspaceAsync(Action<string> say, CancellationToken cancellationToken)
    {
        await using var session = _connector.Open(keyspace: null);
        var cluster = await new ClusterPatience(_options, _time, _log).AskAsync(
            token => ClusterFacts.ReadAsync(session, _options.Keyspace, token), cancellationToken);
        string[] problems =
        [
            .. cluster.Replication is null
                ? ReplicationRules.ProblemsOfNew(cluster, _options)
                : ReplicationRules.Problems(cluster, _options),
        ];
        if (problems.Length > 0)
            throw new MigrationRefusedException(string.Join(Environment.NewLine, problems));

        if (cluster.Replication is null)
        {
            var factor = _options.ReplicationFactor;
            var replication = _options.LocalDatacenter.Length == 0
                ? $"{{'class': 'SimpleStrategy', 'replication_factor': {factor}}}"
                : $"{{'class': 'NetworkTopologyStrategy', '{_options.LocalDatacenter}': {factor}}}";
            await session.RunAsync($"CREATE KEYSPACE IF NOT EXISTS {_options.Keyspace} WITH replication = {replication}", cancellationToken);
            say($"Created keyspace {_options.Keyspace}: {replication}.");
        }

        return cluster.Release;
    }

    private async Task<int> ApplyAsync(ICassandraSession session, Version release, Action<string> say, CancellationToken cancellationToken)
    {
        await using var mine = await MigrationLock.TakeAsync(session, _options.Keyspace, _time, cancellationToken);
        await session.RunAsync(
            $"CREATE TABLE IF NOT EXISTS {AppliedSchema.Table} (version int PRIMARY KEY, checksum text, applied_at bigint)",
            cancellationToken);

        var applied = await AppliedSchema.ReadAsync(session, cancellationToken);
        if (applied.Contradiction(_files) is { } contradiction)
            throw new MigrationRefusedException($"Keyspace {_options.Keyspace}: {contradiction}");

        var count = 0;
        foreach (var file in _files.Where(file => !applied.Has(file)))
        {
            foreach (var statement in file.Statements(release))
            {
                await mine.RenewAsync(cancellationToken);
                say($"{file.Version:d4}: {FirstLine(statement)}");
                await session.RunAsync(statement, cancellationToken);
            }

            (int, string, long)[] done = [(file.Version, file.Checksum, _time.GetUtcNow().ToUnixTimeSeconds())];
            await session.WriteAsync<(int Version, string Checksum, long AppliedAt)>(s_done, done, cancellationToken);
            say($"{file.Version:d4}: applied.");
            count++;
        }

        return count;
    }

    private static string FirstLine(string statement) => statement.Split('\n')[0].TrimEnd(' ', '(');
}
