using BrokerIm.Core.Ports;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Conformance;

public sealed class EmbeddedConversationStoreTests(EmbeddedConversationStoreTests.Fixture fixture)
    : ConversationStoreConformance, IClassFixture<EmbeddedConversationStoreTests.Fixture>
{
    protected override IConversationStore Store => fixture.First.Store;

    protected override IConversationStore Another => fixture.Second.Store;

    /// <summary>One file, open twice.</summary>
    public sealed class Fixture : IDisposable
    {
        private readonly SqliteFolder _folder = new();

        public Fixture() => (First, Second) = (_folder.Open(), _folder.Open());

        internal OpenSqlite First { get; }

        internal OpenSqlite Second { get; }

        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
            _folder.Dispose();
        }
    }
}
