using System.Globalization;
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

    private static bool IsLag(string line) => line.StartsWith("im_log_lag", StringComparison.Ordinal);
}

/// <summary>One process per role, and a Cassandra that nobody else uses.</summary>
public sealed class InstallationOnItsOwnCassandra : BrokeredInstallation
{
    private PrivateCassandra? _store;

    protected override string StoreAddress => _store!.Address;

    /// <summary>Kills the store and starts it again on what it had written.</summary>
    public Task CrashStoreAsync(CancellationToken cancellationToken) => _store!.CrashAsync(cancellationToken);

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
