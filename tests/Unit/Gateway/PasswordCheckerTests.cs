using System.Security.Cryptography;
using System.Text;
using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Login;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class PasswordCheckerTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly MeterReader _meter = new();
    private readonly SqliteFolder _folder = new();
    private readonly OpenSqlite _opened;
    private readonly FaultyDirectory _directory;

    public PasswordCheckerTests()
    {
        _opened = _folder.Open();
        _directory = new(new SqliteUserDirectory(_opened.Readers, _opened.Writer, _time));
    }

    public void Dispose()
    {
        _meter.Dispose();
        _opened.Dispose();
        _folder.Dispose();
    }

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

    [Fact]
    public async Task Imported_password_is_right_once_and_then_a_record_of_today()
    {
        using var checker = Checker();
        var imported = await ImportedAsync("secret", salt: "7821");

        Assert.Equal(PasswordVerdict.Wrong, await CheckAsync(checker, imported, "Secret"));
        Assert.Equal(imported, await FindAsync());
        Assert.Equal(PasswordVerdict.Right, await CheckAsync(checker, imported, "secret"));

        var upgraded = await FindAsync();
        Assert.NotNull(PasswordRecord.Parse(upgraded.Credential));
        Assert.Null(TeamTalkPassword.Parse(upgraded.Credential));
        using var another = Checker();
        Assert.Equal(PasswordVerdict.Right, await CheckAsync(another, upgraded, "secret"));
        Assert.Equal(PasswordVerdict.Wrong, await CheckAsync(another, upgraded, "7821"));

        // Right or wrong, old or new: an attempt costs one derivation.
        Assert.Equal(4, _meter.Count("im_kdf_seconds"));
    }

    [Fact]
    public async Task Imported_password_without_salt_is_right_too()
    {
        using var checker = Checker();
        Assert.Equal(PasswordVerdict.Right, await CheckAsync(checker, await ImportedAsync("secret", salt: ""), "secret"));
    }

    [Fact]
    public async Task Imported_password_is_right_while_it_cannot_be_replaced()
    {
        using var checker = Checker();
        var imported = await ImportedAsync("secret", salt: "12");
        _directory.IsDown = true;
        Assert.Equal(PasswordVerdict.Right, await CheckAsync(checker, imported, "secret"));

        _directory.IsDown = false;
        Assert.Equal(imported, await FindAsync());
    }

    [Fact]
    public async Task Password_that_was_set_meanwhile_is_not_replaced()
    {
        using var checker = Checker();
        var imported = await ImportedAsync("secret", salt: "12");
        await _directory.SetCredentialAsync(imported.Profile.Id, "set meanwhile", Stop);

        await CheckAsync(checker, imported, "secret");
        Assert.Equal("set meanwhile", (await FindAsync()).Credential);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<UserAccount> ImportedAsync(string password, string salt)
    {
#pragma warning disable CA5351 // As a TeamTalk server stored it.
        var hash = MD5.HashData(Encoding.UTF8.GetBytes(PasswordRecord.ClientText(password) + salt));
#pragma warning restore CA5351
        var credential = TeamTalkPassword.Create(Convert.ToHexString(hash), salt)!.ToString();
        await _directory.AddAsync(new("u", credential, ""), Stop);
        return await FindAsync();
    }

    private async Task<UserAccount> FindAsync() => (await _directory.FindAsync("u", Stop))!;

    private static UserAccount Account(string password) => new(
        new(new UserId(1), "u", "", 0, "", 0, "", "", "", 0, "", 0),
        PasswordRecord.Create(PasswordRecord.ClientText(password), iterations: 1).ToString());

    private static ValueTask<PasswordVerdict> CheckAsync(PasswordChecker checker, UserAccount? account, string password) =>
        checker.CheckAsync(account, PasswordRecord.ClientText(password), TestContext.Current.CancellationToken);

    private PasswordChecker Checker(int iterations = 1)
    {
        var options = Options.Create(new GatewayOptions { PasswordIterations = iterations });
        var upgrade = new PasswordUpgrade(_directory, NullLogger<PasswordUpgrade>.Instance);
        return new(new(options, _time), upgrade, options, new(_meter.Meter), _time, NullLogger<PasswordChecker>.Instance);
    }
}
