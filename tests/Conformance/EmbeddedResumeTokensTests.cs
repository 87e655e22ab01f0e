using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Conformance;

public sealed class EmbeddedResumeTokensTests : ResumeTokensConformance, IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly OpenSqlite _opened;

    public EmbeddedResumeTokensTests() => _opened = _folder.Open();

    public void Dispose()
    {
        _opened.Dispose();
        _folder.Dispose();
    }

    protected override IResumeTokens Open() => new SqliteResumeTokens(_opened.Readers, _opened.Writer);
}
