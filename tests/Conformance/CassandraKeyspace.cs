using BrokerIm.Adapters.Production.Cassandra;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

[assembly: AssemblyFixture(typeof(BrokerIm.Tests.Conformance.CassandraKeyspace))]

namespace BrokerIm.Tests.Conformance;

/// <summary>
/// One keyspace for all tests of a run, made by the migration when the first of them needs it, for it takes seconds; and dropped at
/// the end. Tests make ids of their own.
/// </summary>
public sealed class CassandraKeyspace : IAsyncDisposable
{
    private readonly Lazy<Task<(ICassandraSession First, ICassandraSession Second)>> _sessions;
    private readonly List<string> _keyspaces = [];

    public CassandraKeyspace() => _sessions = new(async () =>
    {
        SharedName = await CreateAsync();
        return (Connector(SharedName).Open(SharedName), Connector(SharedName).Open(SharedName));
    });

    /// <summary>The keyspace, once it has been opened.</summary>
    public string SharedName { get; private set; } = "";

    /// <summary>Settings of the real server for a keyspace.</summary>
    internal static CassandraOptions Settings(string keyspace) => new()
    {
        ContactPoints = Service.Address("BROKERIM_TEST_CASSANDRA"),
        Keyspace = keyspace,
        ReplicationFactor = 1,
        RequestTimeout = TimeSpan.FromSeconds(30),
    };

    internal static ICassandraConnector Connector(string keyspace) => new CqlCassandraConnector(
        Options.Create(Settings(keyspace)), TimeProvider.System, NullLogger<CqlCassandraConnector>.Instance);

    internal static CassandraMigration Migration(string keyspace, IReadOnlyList<SchemaFile>? files = null) => new(
        Connector(keyspace),
        Options.Create(Settings(keyspace)),
        files ?? SchemaFile.All,
        TimeProvider.System,
        NullLogger<CassandraMigration>.Instance);

    /// <summary>A name that no other run has; its keyspace is dropped at the end, if there is one by then.</summary>
    public string NewName()
    {
        var name = $"test_{DateTime.UtcNow:yyyyMMddHHmmss}_{Guid.NewGuid():n}"[..32];
        lock (_keyspaces)
            _keyspaces.Add(name);
        return name;
    }

    /// <summary>A further keyspace with all tables.</summary>
    internal async Task<string> CreateAsync()
    {
        var name = NewName();
        await Migration(name).RunAsync(static _ => { }, CancellationToken.None);
        return name;
    }

    /// <summary>The keyspace as two processes see it.</summary>
    internal Task<(ICassandraSession First, ICassandraSession Second)> OpenAsync() => _sessions.Value;

    public async ValueTask DisposeAsync()
    {
        if (_sessions.IsValueCreated && _sessions.Value.IsCompletedSuccessfully)
        {
            await (await _sessions.Value).First.DisposeAsync();
            await (await _sessions.Value).Second.DisposeAsync();
        }

        if (_keyspaces.Count == 0)
            return;
        await using var session = Connector("none").Open(keyspace: null);
        foreach (var keyspace in _keyspaces)
            await session.RunAsync($"DROP KEYSPACE IF EXISTS {keyspace}", CancellationToken.None);
    }
}
