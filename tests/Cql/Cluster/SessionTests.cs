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
}
