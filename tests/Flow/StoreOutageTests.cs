using System.Globalization;
using BrokerIm.Client;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow;

/// <summary>The store dies under load and comes back.</summary>
[Collection(Installation.OneAtATime)]
public sealed class StoreOutageTests : IClassFixture<InstallationOnItsOwnCassandra>
{
    private const int ChattingUsers = 12;
    private const int Outstanding = 4;

    private readonly InstallationOnItsOwnCassandra _installation;

    public StoreOutageTests(InstallationOnItsOwnCassandra installation)
    {
        installation.Require();
        _installation = installation;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_is_there_and_the_lag_drains()
    {
        var users = await _installation.AddUsersAsync(ChattingUsers, Token);
        await using var load = await ChatterLoad.StartAsync(_installation, users, Outstanding, Token);
        await load.WaitForAckedAsync(500, Token).Soon();

        await _installation.CrashStoreAsync(Token);
        await load.WaitForAckedAsync(500, Token).Soon();

        await load.StopAndVerifyAsync(Token).Soon();
        foreach (var line in (await _installation.MetricsAsync("persist", Token)).Split('\n').Where(IsLag))
            Assert.Equal(0, double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_store_put_back_from_a_backup_has_all_that_came_since_and_under_the_same_ids()
    {
        var users = await _installation.AddUsersAsync(4, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token);
        await using var bob = await _installation.ConnectAsync(users[1], Token);
        await SendAsync(alice, bob, 100);
        await _installation.BackUpStoreAsync(Token);
        await SendAsync(bob, alice, 100);
        await bob.MarkReadAsync(alice.Self.UserId, 50).Soon();
        await Eventually.HoldsAsync(async () => await UnreadAsync(bob, alice) == 50);
        var before = await alice.GetHistoryAsync(bob.Self.UserId, 0, 1_000, Token).Soon();
        Assert.Equal(200, before.Count);

        Assert.Equal(0, await _installation.StopAsync("persist"));
        await _installation.RestoreStoreAsync(Token);
        await _installation.OperateAsync(["log", "rewind", "--by", "1000000"], Token);
        await _installation.StartAsync("persist", Token);

        // The answer comes after everything before it in the log has been stored again.
        await SendAsync(alice, bob, 1);
        var after = await alice.GetHistoryAsync(bob.Self.UserId, 0, 1_000, Token).Soon();
        Assert.Equal(before.Select(Told), after.Take(200).Select(Told));
        Assert.Equal(201u, after[^1].Id);
        Assert.Equal(51u, await UnreadAsync(bob, alice));
        await _installation.OperateAsync(["verify"], Token);

        static (uint, uint, string?) Told(ChatMessage message) => (message.Id, message.From, message.Text);
    }

    private static async Task<uint> UnreadAsync(ImClient reader, ImClient writer) =>
        (await reader.GetUnreadAsync(Token).Soon()).SingleOrDefault(one => one.SessionId == writer.Self.UserId)?.UnreadCnt ?? 0;

    private static async Task SendAsync(ImClient from, ImClient to, int count)
    {
        for (var i = 0; i < count; i++)
            await from.SendTextAsync(to.Self.UserId, $"message {i}", Token).Soon();
    }

    private static bool IsLag(string line) => line.StartsWith("im_log_lag", StringComparison.Ordinal);
}

/// <summary>One process per role, and a Cassandra that nobody else uses.</summary>
public sealed class InstallationOnItsOwnCassandra : BrokeredInstallation
{
    private PrivateCassandra? _store;

    protected override string StoreAddress => _store!.Address;

    /// <summary>Kills the store and starts it again on what it had written.</summary>
    public Task CrashStoreAsync(CancellationToken cancellationToken) => _store!.CrashAsync(cancellationToken);

    /// <summary>Keeps a copy of the store as it is now.</summary>
    public Task BackUpStoreAsync(CancellationToken cancellationToken) => _store!.BackUpAsync(cancellationToken);

    /// <summary>Puts the store back to that copy.</summary>
    public Task RestoreStoreAsync(CancellationToken cancellationToken) => _store!.RestoreAsync(cancellationToken);

    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        _store = await PrivateCassandra.StartAsync(cancellationToken);
        await base.PrepareAsync(cancellationToken);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
    }
}
