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
    private static readonly TimeSpan s_agreementPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_agreementPause = TimeSpan.FromMilliseconds(200);

    private static readonly CassandraRead<None, string> s_localSchema = new(
        "SELECT schema_version FROM system.local", None.Bind, static row => row.Uuid(0).ToString());

    private static readonly CassandraRead<None, string> s_peerSchemas = new(
        "SELECT schema_version FROM system.peers", None.Bind, static row => row.IsNull(0) ? "" : row.Uuid(0).ToString());

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
            await AgreeAsync(session, say, cancellationToken);
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
        await AgreeAsync(session, say, cancellationToken);

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
                await AgreeAsync(session, say, cancellationToken);
            }

            (int, string, long)[] done = [(file.Version, file.Checksum, _time.GetUtcNow().ToUnixTimeSeconds())];
            await session.WriteAsync<(int Version, string Checksum, long AppliedAt)>(s_done, done, cancellationToken);
            say($"{file.Version:d4}: applied.");
            count++;
        }

        return count;
    }

    /// <summary>
    /// Waits until all nodes have the same schema: a node that has not heard of a change would refuse, or worse, make the next one on
    /// top of an older state. A node that is down cannot agree and hears of it when it comes back.
    /// </summary>
    private async ValueTask AgreeAsync(ICassandraSession session, Action<string> say, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            var versions = (await session.ReadAsync(s_peerSchemas, default, cancellationToken))
                .Concat(await session.ReadAsync(s_localSchema, default, cancellationToken))
                .Where(static version => version.Length > 0)
                .Distinct()
                .Count();
            if (versions == 1)
                return;

            if (_time.GetElapsedTime(began) > s_agreementPatience)
            {
                say($"The nodes have {versions} different schemas after {s_agreementPatience}; is one of them down? Going on.");
                return;
            }

            await Task.Delay(s_agreementPause, _time, cancellationToken);
        }
    }

    private static string FirstLine(string statement) => statement.Split('\n')[0].TrimEnd(' ', '(');
}
