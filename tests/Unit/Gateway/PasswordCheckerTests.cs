using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Login;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class PasswordCheckerTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly MeterReader _meter = new();

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task Password_of_an_account_is_right_and_any_other_wrong()
    {
        using var checker = Checker();
        var account = Account("secret");

        Assert.Equal(PasswordVerdict.Wrong, await CheckAsync(checker, account, "Secret"));
        Assert.Equal(PasswordVerdict.Right, await CheckAsync(checker, account, "secret"));
        Assert.Equal(PasswordVerdict.Wrong, await CheckAsync(checker, account, ""));
    }

    [Fact]
    public async Task Name_that_does_not_exist_and_credential_that_cannot_be_read_cost_a_derivation_too()
    {
        using var checker = Checker();

        Assert.Equal(PasswordVerdict.Wrong, await CheckAsync(checker, null, "secret"));
        Assert.Equal(PasswordVerdict.Wrong, await CheckAsync(checker, Account("secret") with { Credential = "md5$broken" }, "secret"));

        Assert.Equal(2, _meter.Count("im_kdf_seconds"));
    }

    [Fact]
    public async Task Wrong_password_is_never_remembered()
    {
        using var checker = Checker();
        var account = Account("secret");

        await CheckAsync(checker, account, "wrong");
        await CheckAsync(checker, account, "wrong");

        Assert.Equal(2, _meter.Count("im_kdf_seconds"));
    }

    [Fact]
    public async Task Remembered_password_is_of_no_use_for_another_account()
    {
        using var checker = Checker();
        var account = Account("secret");
        await CheckAsync(checker, account, "secret");

        var other = Account("other") with { Profile = account.Profile with { Id = new(2) } };
        Assert.Equal(PasswordVerdict.Wrong, await CheckAsync(checker, other, "secret"));
    }

    [Fact]
    public async Task Login_that_waits_too_long_for_its_turn_is_refused_as_busy()
    {
        // Heavy enough that the turns are taken while the last one waits, however fast the machine.
        using var checker = Checker(iterations: 3_000_000);
        var turns = Math.Max(1, Environment.ProcessorCount - 1);
        var running = Enumerable.Range(0, turns).Select(_ => CheckAsync(checker, null, "x").AsTask()).ToArray();

        await Eventually.HoldsAsync(() => _meter.Count("im_kdf_queue_wait_seconds") == turns);

        var waiting = CheckAsync(checker, null, "x").AsTask();
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(8));

        Assert.Equal(PasswordVerdict.Busy, await waiting);
        Assert.All(await Task.WhenAll(running), verdict => Assert.Equal(PasswordVerdict.Wrong, verdict));
        Assert.Equal(turns, _meter.Count("im_kdf_seconds"));
    }

    private static UserAccount Account(string password) => new(
        new(new UserId(1), "u", "", 0, "", 0, "", "", "", 0, "", 0),
        PasswordRecord.Create(PasswordRecord.ClientText(password), iterations: 1).ToString());

    private static ValueTask<PasswordVerdict> CheckAsync(PasswordChecker checker, UserAccount? account, string password) =>
        checker.CheckAsync(account, PasswordRecord.ClientText(password), TestContext.Current.CancellationToken);

    private PasswordChecker Checker(int iterations = 1, IUserDirectoryWriter? directory = null)
    {
        var options = Options.Create(new GatewayOptions { PasswordIterations = iterations });
        var upgrade = new PasswordUpgrade(directory ?? Directory(), NullLogger<PasswordUpgrade>.Instance);
        return new(new(options, _time), upgrade, options, new(_meter.Meter), _time, NullLogger<PasswordChecker>.Instance);
    }
}
