using BrokerIm.Adapters.Embedded;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Conformance;

public sealed class EmbeddedDeadLettersTests : DeadLettersConformance, IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly OpenSqlite _opened;
    private readonly SqliteDeadLetters _letters;

    public EmbeddedDeadLettersTests()
    {
        _opened = _folder.Open();
        _letters = new(_opened.Readers, _opened.Writer);
    }

    protected override ILogWriter<DeadLetter> Writer => _letters;

    protected override IDeadLetterReader Reader => _letters;

    public void Dispose()
    {
        _opened.Dispose();
        _folder.Dispose();
    }
}
