using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

public sealed class CassandraConversationStoreTests(CassandraKeyspace keyspace) : ConversationStoreConformance, IAsyncLifetime
{
    private IConversationStore? _first;
    private IConversationStore? _second;

    protected override IConversationStore Store => _first!;

    protected override IConversationStore Another => _second!;

    public async ValueTask InitializeAsync()
    {
        var options = Options.Create(CassandraKeyspace.Settings("any"));
        var (first, second) = await keyspace.OpenAsync();
        _first = new CassandraConversationStore(first, options);
        _second = new CassandraConversationStore(second, options);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
