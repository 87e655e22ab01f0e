using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every registry of devices promises; one subclass per adapter.</summary>
public abstract class DevicesConformance
{
    /// <summary>Opens it as a process of its own would.</summary>
    protected abstract IDevices Open();

    /// <summary>A user of the same store.</summary>
    protected abstract Task<UserId> AddUserAsync();

    [Fact]
    public async Task Shield_is_off_until_it_is_set()
    {
        var (devices, user) = (Open(), await AddUserAsync());
        Assert.False(await devices.GetPushShieldAsync(user, Deadline.Token));

        foreach (var isOn in new[] { true, true, false, false, true })
        {
            Assert.True(await devices.SetPushShieldAsync(user, isOn, Deadline.Token));
            Assert.Equal(isOn, await Open().GetPushShieldAsync(user, Deadline.Token));
        }
    }

    [Fact]
    public async Task Unknown_user_has_no_shield_and_no_device()
    {
        var (devices, nobody) = (Open(), new UserId(UserId.MaxValue));

        Assert.Null(await devices.GetPushShieldAsync(nobody, Deadline.Token));
        Assert.False(await devices.SetPushShieldAsync(nobody, true, Deadline.Token));
        Assert.False(await devices.BindAsync(nobody, ClientType.Ios, Fresh.Name(), Deadline.Token));
        await devices.RemoveAsync(nobody, ClientType.Ios, Deadline.Token);
        Assert.Null(await devices.GetPushShieldAsync(nobody, Deadline.Token));
        Assert.Empty(await devices.ReadDevicesAsync([nobody], Deadline.Token));
    }

    [Fact]
    public async Task Devices_of_many_users_are_read_at_once()
    {
        var devices = Open();
        UserId[] users = [await AddUserAsync(), await AddUserAsync(), await AddUserAsync()];
        await devices.SetPushShieldAsync(users[0], true, Deadline.Token);
        PushDevice[] expected =
        [
            new(users[0], ClientType.Ios, Fresh.Name(), IsShielded: true),
            new(users[0], ClientType.Android, Fresh.Name(), IsShielded: true),
            new(users[2], ClientType.Android, Fresh.Name(), IsShielded: false),
        ];
        foreach (var device in expected)
            Assert.True(await devices.BindAsync(device.User, device.Client, device.Token, Deadline.Token));

        await ExpectAsync([.. users, users[0], new(UserId.MaxValue)], expected);
        await ExpectAsync([users[1]]);
        await ExpectAsync([]);
        await ExpectAsync([.. Enumerable.Range(0, 500).Select(_ => Fresh.User()).Except(users), users[2]], expected[2]);
    }

    [Fact]
    public async Task New_token_of_a_device_replaces_the_old_one()
    {
        var (devices, user) = (Open(), await AddUserAsync());
        string[] tokens = [Fresh.Name(), Fresh.Name(), "", Fresh.Name()];
        tokens[2] = tokens[0];
        foreach (var token in tokens)
        {
            // A phone says its token at every login.
            for (var login = 0; login < 2; login++)
                Assert.True(await devices.BindAsync(user, ClientType.Ios, token, Deadline.Token));
            await ExpectAsync([user], new PushDevice(user, ClientType.Ios, token, IsShielded: false));
        }
    }

    [Fact]
    public async Task Token_belongs_to_whoever_it_was_bound_to_last()
    {
        var (one, other) = (await AddUserAsync(), await AddUserAsync());
        var token = new string('t', Limits.MaxDeviceTokenBytes - 32) + Fresh.Name();
        PushDevice[] turns =
        [
            new(one, ClientType.Ios, token, false), new(other, ClientType.Ios, token, false), new(one, ClientType.Ios, token, false),
            new(one, ClientType.Android, token, false), new(other, ClientType.Android, token, false),
        ];
        foreach (var turn in turns)
        {
            Assert.True(await Open().BindAsync(turn.User, turn.Client, turn.Token, Deadline.Token));
            await ExpectAsync([one, other], turn);
        }
    }

    [Fact]
    public async Task Removed_token_is_gone_until_it_is_bound_again()
    {
        var (devices, user, other) = (Open(), await AddUserAsync(), await AddUserAsync());
        var phone = new PushDevice(user, ClientType.Ios, Fresh.Name(), IsShielded: false);
        var android = new PushDevice(user, ClientType.Android, Fresh.Name(), IsShielded: false);
        await devices.BindAsync(user, phone.Client, phone.Token, Deadline.Token);
        await devices.BindAsync(user, android.Client, android.Token, Deadline.Token);

        await devices.RemoveAsync(user, ClientType.Ios, Deadline.Token);
        await ExpectAsync([user], android);
        await devices.RemoveAsync(user, ClientType.Ios, Deadline.Token);

        await devices.BindAsync(user, phone.Client, phone.Token, Deadline.Token);
        await ExpectAsync([user], phone, android);

        // Once a token is somebody else's, its former user has nothing to remove.
        await devices.BindAsync(other, phone.Client, phone.Token, Deadline.Token);
        await devices.RemoveAsync(user, ClientType.Ios, Deadline.Token);
        await ExpectAsync([user, other], phone with { User = other }, android);
    }

    [Fact]
    public async Task Of_binds_at_the_same_time_one_counts()
    {
        var token = Fresh.Name();
        UserId[] users = [await AddUserAsync(), await AddUserAsync(), await AddUserAsync(), await AddUserAsync()];
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(users.Select(user => Open().BindAsync(user, ClientType.Ios, token, Deadline.Token).AsTask()));

            Assert.Equal(token, Assert.Single(await Open().ReadDevicesAsync(users, Deadline.Token)).Token);
        }
    }

    [Theory]
    [InlineData(ClientType.Windows, 64)]
    [InlineData(ClientType.Mac, 64)]
    [InlineData(ClientType.Ios, 0)]
    [InlineData(ClientType.Android, Limits.MaxDeviceTokenBytes + 1)]
    public async Task Impossible_token_is_refused(ClientType client, int length)
    {
        var (devices, user) = (Open(), await AddUserAsync());

        await Assert.ThrowsAsync<ArgumentException>(
            async () => await devices.BindAsync(user, client, new('t', length), Deadline.Token));
        await ExpectAsync([user]);
    }

    private async Task ExpectAsync(UserId[] users, params PushDevice[] expected)
    {
        var found = await Open().ReadDevicesAsync(users, Deadline.Token);
        Assert.Equal(InOrder(expected), InOrder(found));

        static IEnumerable<PushDevice> InOrder(IEnumerable<PushDevice> devices) =>
            devices.OrderBy(device => device.User).ThenBy(device => device.Client);
    }
}
