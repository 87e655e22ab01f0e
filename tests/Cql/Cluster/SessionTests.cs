using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>A session on a real node.</summary>
public sealed class SessionTests
{
    private const string Items = "CREATE TABLE {0}.items (box text, id int, text text, PRIMARY KEY (box, id))";
    private const string Insert = "INSERT INTO {0}.items (box, id, text) VALUES (?, ?, ?)";
    private const string Select = "SELECT id, text FROM {0}.items WHERE box = ?";

    [Fact]
    public async Task Session_knows_the_node_it_is_connected_to()
    {
        await using var session = await CqlSession.ConnectAsync(Keyspace.Options(), Patience.Token);
        var node = Assert.Single(session.Nodes);
        Assert.Equal(Service.Node, node.EndPoint);
        Assert.Equal(1, node.OpenConnections);
        Assert.Equal(session.LocalDatacenter, node.Datacenter);
        Assert.NotEqual(Guid.Empty, node.HostId);
        Assert.NotEmpty(node.ReleaseVersion);
    }

    [Fact]
    public async Task What_was_written_with_a_prepared_statement_is_read()
    {
        await using var keyspace = await Keyspace.CreateAsync(Items);
        var insert = await keyspace.PrepareAsync(Insert);
        Assert.Equal(["box", "id", "text"], insert.Parameters.Select(parameter => parameter.Name));
        Assert.Equal([0], insert.PartitionKey);

        var statement = insert.Bind();
        statement.Values.Add("a").Add(1).Add("one");
        (await keyspace.Session.ExecuteAsync(statement, Patience.Token)).Dispose();

        var select = (await keyspace.PrepareAsync(Select)).Bind();
        select.Values.Add("a");
        using var rows = await keyspace.Session.ExecuteAsync(select, Patience.Token);
        Assert.True(rows.Read());
        Assert.Equal(1, rows.GetInt32(0));
        Assert.Equal("one", rows.GetString(1));
        Assert.False(rows.Read());
        Assert.Equal(Service.Node, rows.Node);
    }

    [Fact]
    public async Task Statement_is_prepared_again_where_the_node_does_not_know_it()
    {
        await using var keyspace = await Keyspace.CreateAsync(Items);

        // Prepared by nobody: its id is the one that the node would give it, which it has never been asked for.
        var text = keyspace.Text(Select);
        var unknown = new CqlPrepared(text, IdOf(text), [new(keyspace.Name, "items", "box", new(CqlTypeCode.Varchar))], [0], []);
        var select = unknown.Bind();
        select.Values.Add("a");
        using var rows = await keyspace.Session.ExecuteAsync(select, Patience.Token);
        Assert.Equal(["id", "text"], rows.Columns.Select(column => column.Name));
    }

    [Fact]
    public async Task All_pages_are_read()
    {
        await using var keyspace = await Keyspace.CreateAsync(Items);
        await FillAsync(keyspace, "a", 25);
        var select = (await keyspace.PrepareAsync(Select)).Bind();
        select.Values.Add("a");
        select.PageSize = 10;

        var pages = new List<int[]>();
        await foreach (var page in keyspace.Session.ReadPagesAsync(select, Patience.Token))
            pages.Add(Ids(page));
        Assert.Equal(Enumerable.Range(0, 25), pages.SelectMany(page => page));
        Assert.Equal([10, 10, 5], pages.Select(page => page.Length));
        Assert.Null(select.PagingState);
    }

    [Fact]
    public async Task Reading_goes_on_where_another_has_stopped()
    {
        await using var keyspace = await Keyspace.CreateAsync(Items);
        await FillAsync(keyspace, "a", 25);
        var select = (await keyspace.PrepareAsync(Select)).Bind();
        select.Values.Add("a");
        select.PageSize = 20;
        using (var first = await keyspace.Session.ExecuteAsync(select, Patience.Token))
            select.PagingState = first.PagingState;

        var rest = new List<int>();
        await foreach (var page in keyspace.Session.ReadPagesAsync(select, Patience.Token))
            rest.AddRange(Ids(page));
        Assert.Equal(Enumerable.Range(20, 5), rest);
    }

    [Fact]
    public async Task Batch_writes_all_of_its_statements_at_their_times()
    {
        await using var keyspace = await Keyspace.CreateAsync(Items);
        var insert = await keyspace.PrepareAsync(Insert);
        var batch = new CqlBatch(CqlBatchKind.Logged) { Timestamp = 1_000 };
        batch.Add(insert).Add("a").Add(1).Add("first");
        batch.Add(insert).Add("b").Add(2).Add("second");
        batch.Add(new CqlStatement(keyspace.Text("INSERT INTO {0}.items (box, id, text) VALUES ('c', 3, 'third')")));
        (await keyspace.Session.ExecuteAsync(batch, Patience.Token)).Dispose();

        using var rows = await keyspace.Session.QueryAsync(
            keyspace.Text("SELECT box, writetime(text) FROM {0}.items"), Patience.Token);
        var boxes = new List<string>();
        while (rows.Read())
        {
            boxes.Add(rows.GetString(0));
            Assert.Equal(1_000, rows.GetInt64(1));
        }

        Assert.Equal(["a", "b", "c"], boxes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Older_write_does_not_replace_a_newer_one()
    {
        await using var keyspace = await Keyspace.CreateAsync(Items);
        await InsertAsync(keyspace, "newer", timestamp: 2_000);
        await InsertAsync(keyspace, "older", timestamp: 1_000);
        using var rows = await keyspace.Session.QueryAsync(keyspace.Text("SELECT text FROM {0}.items"), Patience.Token);
        Assert.True(rows.Read());
        Assert.Equal("newer", rows.GetString(0));
    }

    [Fact]
    public async Task Lightweight_transaction_says_whether_it_was_applied()
    {
        await using var keyspace = await Keyspace.CreateAsync(Items);
        var insert = await keyspace.PrepareAsync(Insert + " IF NOT EXISTS");
        Assert.Equal((true, null), await TryAsync("mine"));
        Assert.Equal((false, "mine"), await TryAsync("yours"));

        async Task<(bool Applied, string? There)> TryAsync(string text)
        {
            var statement = insert.Bind();
            statement.Values.Add("a").Add(1).Add(text);
            using var rows = await keyspace.Session.ExecuteAsync(statement, Patience.Token);
            Assert.True(rows.Read());
            var applied = rows.GetBoolean(rows.IndexOf("[applied]"));
            return (applied, applied ? null : rows.GetString(rows.IndexOf("text")));
        }
    }

    [Fact]
    public async Task Traced_statement_says_under_which_id()
    {
        await using var session = await CqlSession.ConnectAsync(Keyspace.Options(), Patience.Token);
        var statement = new CqlStatement("SELECT key FROM system.local") { IsTraced = true };
        using var traced = await session.ExecuteAsync(statement, Patience.Token);
        Assert.NotNull(traced.TracingId);
        using var plain = await session.QueryAsync("SELECT key FROM system.local", Patience.Token);
        Assert.Null(plain.TracingId);
    }

    [Theory]
    [InlineData("SELECT * FROM {0}.nowhere", CqlErrorCode.Invalid)]
    [InlineData("SELECT * FROM no_such_keyspace.items", CqlErrorCode.Invalid)]
    [InlineData("SELEKT", CqlErrorCode.SyntaxError)]
    [InlineData("CREATE KEYSPACE {0} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}", CqlErrorCode.AlreadyExists)]
    public async Task Refusal_names_node_and_request(string format, CqlErrorCode code)
    {
        await using var keyspace = await Keyspace.CreateAsync();
        var text = keyspace.Text(format);
        var error = await Assert.ThrowsAnyAsync<CqlServerException>(() => keyspace.Session.QueryAsync(text, Patience.Token).AsTask());
        Assert.Equal((code, Service.Node, text), (error.Code, error.Node, error.Request));
    }

    [Fact]
    public async Task Keyspace_of_the_options_is_that_of_plain_names()
    {
        await using var keyspace = await Keyspace.CreateAsync(Items);
        var options = Keyspace.Options();
        options.Keyspace = keyspace.Name;
        await using var session = await CqlSession.ConnectAsync(options, Patience.Token);
        (await session.QueryAsync("SELECT * FROM items", Patience.Token)).Dispose();
        var select = await session.PrepareAsync("SELECT text FROM items WHERE box = ? AND id = ?", Patience.Token);
        Assert.Equal([0], select.PartitionKey);
    }

    [Fact]
    public async Task Unknown_keyspace_is_refused_at_once()
    {
        var options = Keyspace.Options();
        options.Keyspace = "no_such_keyspace";
        var error = await Assert.ThrowsAsync<CqlServerException>(() => CqlSession.ConnectAsync(options, Patience.Token).AsTask());
        Assert.Equal(CqlErrorCode.Invalid, error.Code);
    }

    [Fact]
    public async Task Statement_that_would_move_one_connection_of_many_is_refused()
    {
        await using var session = await CqlSession.ConnectAsync(Keyspace.Options(), Patience.Token);
        await Assert.ThrowsAsync<ArgumentException>(() => session.QueryAsync(" use system", Patience.Token).AsTask());
    }

    [Fact]
    public async Task Key_of_several_columns_is_found_whatever_the_order_of_its_markers()
    {
        await using var keyspace = await Keyspace.CreateAsync(
            "CREATE TABLE {0}.pairs (a int, b text, c int, d int, PRIMARY KEY ((a, b), c))");
        var insert = await keyspace.PrepareAsync("INSERT INTO {0}.pairs (d, b, c, a) VALUES (?, ?, ?, ?)");
        Assert.Equal([3, 1], insert.PartitionKey);
        var half = await keyspace.PrepareAsync("INSERT INTO {0}.pairs (d, b, c, a) VALUES (?, 'x', ?, ?)");
        Assert.Empty(half.PartitionKey);
    }

    [Fact]
    public async Task New_keyspace_becomes_known()
    {
        await using var keyspace = await Keyspace.CreateAsync();
        await Eventually.HoldsAsync(() => keyspace.Session.ReplicationOf(keyspace.Name) is not null);
        var replication = keyspace.Session.ReplicationOf(keyspace.Name)!;
        Assert.Equal(("SimpleStrategy", "1"), (replication.Strategy, replication.Options["replication_factor"]));
        Assert.True(await keyspace.Session.AwaitSchemaAgreementAsync(Patience.Token));
    }

    /// <summary>The id that Cassandra 2 to 4 gives a statement prepared without a keyspace of its own.</summary>
    private static byte[] IdOf(string text) =>
#pragma warning disable CA5351 // Cassandra's choice, and no secret.
        System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5351

    private static int[] Ids(CqlRows rows)
    {
        var ids = new List<int>();
        while (rows.Read())
            ids.Add(rows.GetInt32(0));
        return [.. ids];
    }

    private static async Task FillAsync(Keyspace keyspace, string box, int count)
    {
        var insert = await keyspace.PrepareAsync(Insert);
        await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            var statement = insert.Bind();
            statement.Values.Add(box).Add(i).Add($"text {i}");
            (await keyspace.Session.ExecuteAsync(statement, Patience.Token)).Dispose();
        }));
    }

    private static async Task InsertAsync(Keyspace keyspace, string text, long timestamp)
    {
        var statement = (await keyspace.PrepareAsync(Insert)).Bind();
        statement.Values.Add("a").Add(1).Add(text);
        statement.Timestamp = timestamp;
        (await keyspace.Session.ExecuteAsync(statement, Patience.Token)).Dispose();
    }
}
