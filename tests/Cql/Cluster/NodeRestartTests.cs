using System.Collections.Concurrent;
using BrokerIm.Cql.Tests.Support;
using BrokerIm.Tests.Flow;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>A real node that is killed and comes back.</summary>
public sealed class NodeRestartTests
{
    private const int Writers = 8;

    [Fact]
    public async Task Killed_node_costs_no_acknowledged_write_and_leaves_no_request_behind()
    {
        _ = Service.ContactPoint; // Where there is no Cassandra at all there is none to kill.
        await using var node = await PrivateCassandra.StartAsync(Patience.Token);
        var options = Keyspace.OptionsFor(node.Address);
        options.ReconnectMax = TimeSpan.FromSeconds(1);
        await using var session = await CqlSession.ConnectAsync(options, Patience.Token);
        await DoAsync(session, "CREATE KEYSPACE im WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
        await DoAsync(session, "CREATE TABLE im.written (id bigint PRIMARY KEY, writer int)");
        var insert = await session.PrepareAsync("INSERT INTO im.written (id, writer) VALUES (?, ?)", Patience.Token);

        var acknowledged = new ConcurrentBag<long>();
        var errors = new ConcurrentBag<CqlException>();
        using var enough = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(writer => WriteAsync(writer)).ToArray();
        await Eventually.HoldsAsync(() => acknowledged.Count > 1_000);

        await node.CrashAsync(Patience.Token);

        var before = acknowledged.Count;
        await Eventually.HoldsAsync(() => acknowledged.Count > before + 1_000);
        await enough.CancelAsync();
        await Task.WhenAll(writers).WaitAsync(Patience.Token);
        Assert.NotEmpty(errors);
        Assert.All(errors, error => Assert.True(
            error is CqlConnectionException or CqlNoNodeException or CqlTimeoutException or CqlServerException, error.ToString()));
        Assert.Subset(await ReadAllAsync(session), acknowledged.ToHashSet());

        // What is told by events is known again as well.
        await DoAsync(session, "CREATE KEYSPACE later WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
        await Eventually.HoldsAsync(() => session.ReplicationOf("later") is not null);

        async Task WriteAsync(int writer)
        {
            for (long id = writer; !enough.IsCancellationRequested; id += Writers)
            {
                var statement = insert.Bind();
                statement.Values.Add(id).Add(writer);
                statement.IsIdempotent = id % 2 == 0;
                try
                {
                    (await session.ExecuteAsync(statement, CancellationToken.None)).Dispose();
                    acknowledged.Add(id);
                }
                catch (CqlException error)
                {
                    errors.Add(error);
                }
            }
        }
    }

    private static async Task DoAsync(CqlSession session, string text)
    {
        using var _ = await session.QueryAsync(text, Patience.Token);
    }

    private static async Task<HashSet<long>> ReadAllAsync(CqlSession session)
    {
        var all = new HashSet<long>();
        await foreach (var page in session.ReadPagesAsync(new("SELECT id FROM im.written"), Patience.Token))
        {
            while (page.Read())
                all.Add(page.GetInt64(0));
        }

        return all;
    }
}
