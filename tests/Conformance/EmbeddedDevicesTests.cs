using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Conformance;

public sealed class EmbeddedDevicesTests : DevicesConformance, IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly OpenSqlite _opened;

    public EmbeddedDevicesTests() => _opened = _folder.Open();

    public void Dispose()
    {
        _opened.Dispose();
        _folder.Dispose();
    }

    protected override IDevices Open() => new SqliteDevices(_opened.Readers, _opened.Writer);

    protected override async Task<UserId> AddUserAsync()
    {
        var directory = new SqliteUserDirectory(_opened.Readers, _opened.Writer, TimeProvider.System);
        return (await directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token))!.Id;
    }
}
