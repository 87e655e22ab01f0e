using System.Collections.Concurrent;
using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Faults;

/// <summary>A real node behind a network that delays, splits, truncates, swallows, resets and corrupts.</summary>
public sealed class BadNetworkTests
{
    private const string Question = "SELECT key, release_version, cluster_name, tokens FROM system.local";

    /// <summary>Whatever is lost, every request ends, what was acknowledged is there, and the session finds back by itself.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Acknowledged_writes_survive_and_no_request_is_stuck(int seed)
    {
        const int Writes = 400;
        const int Writers = 16;
        var random = new Random(seed);
        await using var keyspace = await Keyspace.CreateAsync("CREATE TABLE {0}.item (id int PRIMARY KEY, value text)");
        await using var proxy = new FaultProxy(Service.Node);
        await using var session = await CqlSession.ConnectAsync(Options(proxy), Patience.Token);
        var insert = await session.PrepareAsync(
            keyspace.Text("INSERT INTO {0}.item (id, value) VALUES (?, ?)"), Patience.Token);

        var acknowledged = new ConcurrentBag<int>();
        var failed = new ConcurrentBag<CqlException>();
        var next = 0;
        (proxy.ToClient, proxy.ToNode) = (RandomFault(random), RandomFault(random));
        proxy.Cut();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => WriteAsync()));

        (proxy.ToClient, proxy.ToNode) = (Fault.None, Fault.None);
        proxy.Cut();
        await AnswersAsync(session);
        var found = new HashSet<int>();
        await foreach (var page in session.ReadPagesAsync(new(keyspace.Text("SELECT id, value FROM {0}.item")), Patience.Token))
        {
            while (page.Read())
            {
                Assert.Equal($"value {page.GetInt32(0)}", page.GetString(1));
                found.Add(page.GetInt32(0));
            }
        }

        Assert.Equal(Writes, acknowledged.Count + failed.Count);
        Assert.Empty(acknowledged.Except(found));
        Assert.True(proxy.Accepted > 2, "The faults did not hit.");

        async Task WriteAsync()
        {
            while (Interlocked.Increment(ref next) is var id && id <= Writes)
            {
                if (id % 50 == 0)
                {
                    lock (random)
                        (proxy.ToClient, proxy.ToNode) = (RandomFault(random), RandomFault(random));
                    proxy.Cut();
                }

                var write = insert.Bind();
                write.IsIdempotent = true;
                write.Values.Add(id).Add($"value {id}");
                try
                {
                    using var _ = await session.ExecuteAsync(write, Patience.Token);
                    acknowledged.Add(id);
                }
                catch (CqlException exception)
                {
                    failed.Add(exception);
                }
            }
        }
    }

    /// <summary>Protocol v4 has no checksums: a wrong bit in a value passes, one in a length or a stream id must not hang anything.</summary>
    [Fact]
    public async Task Corrupted_answers_end_in_an_answer_or_an_error()
    {
        await using var proxy = new FaultProxy(Service.Node);
        var errors = 0;
        for (var position = 0; position < 400; position += 3)
        {
            proxy.ToClient = new(FlipAt: position);
            try
            {
                await using var connection = await CqlConnection.OpenAsync(
                    proxy.EndPoint, Options(proxy), version: 3, onEvent: null, Patience.Token);
                using var rows = await connection.ExecuteAsync(
                    new CqlStatement(Question), Patience.In(TimeSpan.FromMilliseconds(500)), Patience.Token);
                while (rows.Read())
                    _ = rows.GetRaw(0).Length;
            }
            catch (CqlException)
            {
                errors++;
            }
        }

        Assert.True(errors > 0, "No flip was noticed.");
    }

    [Fact]
    public async Task Answers_that_come_byte_by_byte_are_whole()
    {
        await using var proxy = new FaultProxy(Service.Node) { ToClient = new(PieceBytes: 1), ToNode = new(PieceBytes: 1) };
        await using var connection = await CqlConnection.OpenAsync(
            proxy.EndPoint, Options(proxy), version: null, onEvent: null, Patience.Token);

        using var rows = await connection.ExecuteAsync(new CqlStatement(Question), Patience.Deadline, Patience.Token);

        Assert.True(rows.Read());
        Assert.Equal("local", rows.GetString(0));
    }

    [Fact]
    public async Task Truncated_answer_ends_the_connection_with_the_reason()
    {
        await using var proxy = new FaultProxy(Service.Node) { ToClient = new(CutAfter: 40) };
        await using var connection = await CqlConnection.OpenAsync(
            proxy.EndPoint, Options(proxy), version: 3, onEvent: null, Patience.Token);

        await Assert.ThrowsAsync<CqlConnectionException>(
            () => connection.ExecuteAsync(new CqlStatement(Question), Patience.Deadline, Patience.Token).AsTask());

        Assert.NotNull(await connection.Ended.WaitAsync(Patience.Token));
    }

    /// <summary>A node that hears and says nothing looks alive to TCP; the heartbeat finds out.</summary>
    [Fact]
    public async Task Silent_connections_are_replaced()
    {
        await using var proxy = new FaultProxy(Service.Node) { ToClient = new(SwallowAfter: 30_000) };
        await using var session = await CqlSession.ConnectAsync(Options(proxy), Patience.Token);
        proxy.ToClient = Fault.None;
        var before = proxy.Accepted;

        for (var swallowed = false; !swallowed;)
        {
            try
            {
                using var rows = await session.QueryAsync(Question, Patience.Token);
            }
            catch (CqlException)
            {
                swallowed = true;
            }
        }

        await AnswersAsync(session);
        Assert.True(proxy.Accepted > before);
    }

    private static CqlOptions Options(FaultProxy proxy) => new()
    {
        ContactPoints = { proxy.EndPoint.ToString() },
        Consistency = Consistency.One,
        RequestTimeout = TimeSpan.FromSeconds(2),
        ConnectTimeout = TimeSpan.FromSeconds(2),
        HeartbeatInterval = TimeSpan.FromMilliseconds(300),
        ReconnectMin = TimeSpan.FromMilliseconds(10),
        ReconnectMax = TimeSpan.FromMilliseconds(200),
        MaxResponseBytes = 1_000_000,
    };

    private static Fault RandomFault(Random random) => random.Next(6) switch
    {
        0 => new(CutAfter: random.Next(20_000)),
        1 => new(SwallowAfter: random.Next(20_000)),
        2 => new(Delay: TimeSpan.FromMilliseconds(random.Next(20))),
        3 => new(PieceBytes: random.Next(1, 50)),
        4 => new(CutAfter: random.Next(2_000), PieceBytes: random.Next(1, 50)),
        _ => Fault.None,
    };

    /// <summary>Asks until there is an answer.</summary>
    private static async Task AnswersAsync(CqlSession session)
    {
        var deadline = Patience.Token;
        while (true)
        {
            try
            {
                using var rows = await session.QueryAsync(Question, deadline);
                return;
            }
            catch (CqlException)
            {
                deadline.ThrowIfCancellationRequested();
            }
        }
    }
}
