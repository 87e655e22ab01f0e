using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Ports;

namespace BrokerIm.Tests.Conformance;

public sealed class CassandraResumeTokensTests(CassandraKeyspace keyspace) : ResumeTokensConformance, IAsyncLifetime
{
    private ICassandraSession? _session;

    public async ValueTask InitializeAsync() => (_session, _) = await keyspace.OpenAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override IResumeTokens Open() => new CassandraResumeTokens(_session!);
}
