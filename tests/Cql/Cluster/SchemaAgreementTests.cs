using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Cluster;

public sealed class SchemaAgreementTests
{
    [Fact]
    public async Task Nodes_that_have_the_same_schema_agree()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        Assert.True(await session.AwaitSchemaAgreementAsync(Patience.Token));
    }

    [Fact]
    public async Task Agreement_is_waited_for()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        cluster[1].SchemaVersion = Guid.NewGuid();
        var asked = cluster[0].AskedAboutCluster;
        var waiting = session.AwaitSchemaAgreementAsync(Patience.Token).AsTask();
        await Eventually.HoldsAsync(() => cluster[0].AskedAboutCluster > asked);
        cluster[0].SchemaVersion = cluster[1].SchemaVersion;
        Assert.True(await waiting);
    }

    [Fact]
    public async Task Node_that_is_away_need_not_agree()
    {
        await using var cluster = FakeCluster.OfTwo();
        await using var session = await cluster.ConnectAsync();
        cluster[1].SchemaVersion = Guid.NewGuid();
        cluster[1].Down();
        await Eventually.HoldsAsync(() => session.Nodes[1].OpenConnections == 0);
        Assert.True(await session.AwaitSchemaAgreementAsync(Patience.Token));
    }
}
