using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

public sealed class CassandraDevicesTests(CassandraKeyspace keyspace) : DevicesConformance, IAsyncLifetime
{
    private ICassandraSession? _session;
    private CassandraUserDirectory? _directory;

    private ICassandraSession Session => _session!;

    public async ValueTask InitializeAsync()
    {
        (_session, _) = await keyspace.OpenAsync();
        _directory = new(Session, TimeProvider.System, Options.Create(CassandraKeyspace.Settings("any")));
    }

    public ValueTask DisposeAsync()
    {
        _directory?.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override IDevices Open() => new CassandraDevices(Session, Options.Create(CassandraKeyspace.Settings("any")));

    protected override async Task<UserId> AddUserAsync() =>
        (await _directory!.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token))!.Id;

    [Fact]
    public async Task Bind_that_broke_off_wakes_nobody_and_is_completed_by_the_next()
    {
        var (devices, before, user, token) = (Open(), await AddUserAsync(), await AddUserAsync(), Fresh.Name());
        await devices.BindAsync(before, ClientType.Ios, token, Deadline.Token);
        var taken = await Session.ReadAsync(
            DeviceStatements.NextOwner, (token, new(before, ClientType.Ios), new(user, ClientType.Ios)), Deadline.Token);
        Assert.True(taken[0]);

        Assert.Empty(await devices.ReadDevicesAsync([before, user], Deadline.Token));
        await devices.BindAsync(user, ClientType.Ios, token, Deadline.Token);
        Assert.Equal(user, Assert.Single(await devices.ReadDevicesAsync([before, user], Deadline.Token)).User);
    }
}
