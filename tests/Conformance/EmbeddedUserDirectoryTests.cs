using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Conformance;

public sealed class EmbeddedUserDirectoryTests : UserDirectoryConformance, IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly List<OpenSqlite> _open = [];

    protected override IUserDirectoryWriter Open(TimeProvider time)
    {
        var opened = _folder.Open();
        _open.Add(opened);
        return new SqliteUserDirectory(opened.Readers, opened.Writer, time);
    }

    [Fact]
    public async Task First_user_is_number_1_and_a_taken_name_uses_up_none()
    {
        var directory = Open(TimeProvider.System);
        Assert.Equal(1u, (await directory.AddAsync(new("one", "", ""), Deadline.Token))!.Id.Value);
        Assert.Null(await directory.AddAsync(new("one", "", ""), Deadline.Token));
        Assert.Equal(2u, (await directory.AddAsync(new("two", "", ""), Deadline.Token))!.Id.Value);
    }

    [Fact]
    public async Task Credential_of_nobody_is_refused() => await Assert.ThrowsAsync<InvalidOperationException>(
        async () => await Open(TimeProvider.System).SetCredentialAsync(new(77), "new", Deadline.Token));

    public void Dispose()
    {
        foreach (var opened in _open)
            opened.Dispose();
        _folder.Dispose();
    }
}
