using System.Security.Cryptography;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Login;

/// <summary>What became of a password.</summary>
internal enum PasswordVerdict
{
    /// <summary>It belongs to the account.</summary>
    Right,

    /// <summary>It does not, or there is no such account.</summary>
    Wrong,

    /// <summary>Too many others wait to be checked.</summary>
    Busy,
}

/// <summary>
/// Checks passwords without letting logins take the machine: deriving one costs a core for tens to hundreds of milliseconds, so
/// few run at once, the rest wait their turn for a bounded time, and what was verified just now is not derived again.
/// </summary>
internal sealed class PasswordChecker : IDisposable
{
    private readonly VerifiedPasswords _verified;
    private readonly PasswordUpgrade _upgrade;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TimeSpan _waitMax;
    private readonly int _iterations;
    private readonly PasswordRecord _nobody;

    // One core is left to those who are logged in already.
    private readonly DerivationQueue _derivations = new(Math.Max(1, Environment.ProcessorCount - 1));

    public PasswordChecker(
        VerifiedPasswords verified,
        PasswordUpgrade upgrade,
        IOptions<GatewayOptions> options,
        GatewayMetrics metrics,
        TimeProvider time,
        ILogger<PasswordChecker> log)
    {
        _verified = verified;
        _upgrade = upgrade;
        _metrics = metrics;
        _time = time;
        _log = log;
        _waitMax = options.Value.PasswordWaitMax;
        _iterations = options.Value.PasswordIterations;
        _nobody = RecordOfNobody(_iterations);
    }

    public void Dispose() => _derivations.Dispose();

    /// <summary>Whether this text was found right for this account a short while ago; derives nothing.</summary>
    public bool WasRight(UserAccount account, string clientText) => _verified.Contains(account, clientText);

    /// <summary>Checks the text a client sent. Takes as long for a name that does not exist as for one that does.</summary>
    /// <param name="account">Null when there is none of that name.</param>
    /// <param name="clientText">As received.</param>
    /// <param name="cancellationToken">The client is gone; a derivation that runs already runs to its end.</param>
    public async ValueTask<PasswordVerdict> CheckAsync(UserAccount? account, string clientText, CancellationToken cancellationToken)
    {
        if (account is not null && _verified.Contains(account, clientText))
            return PasswordVerdict.Right;

        var imported = account is null ? null : TeamTalkPassword.Parse(account.Credential);
        var record = imported is null ? RecordOf(account) : null;
        string? replacement = null;
        Func<bool> verify = imported is null ? () => (record ?? _nobody).Verify(clientText) : () =>
        {
            // Quick to check. The replacement is derived whether the password is right or not, so that every attempt takes as long.
            replacement = PasswordRecord.Create(clientText, _iterations).ToString();
            return imported.Verify(clientText);
        };

        if (await DeriveAsync(verify, cancellationToken) is not { } right)
            return PasswordVerdict.Busy;
        if (!right || account is null || (record is null && replacement is null))
            return PasswordVerdict.Wrong;
        if (replacement is not null)
            account = await _upgrade.ReplaceAsync(account, replacement, cancellationToken);
        _verified.Add(account, clientText);
        return PasswordVerdict.Right;
    }

    // A record that no text belongs to: its hash is random.
    private static PasswordRecord RecordOfNobody(int iterations)
    {
        var (salt, hash) = (RandomNumberGenerator.GetBytes(16), RandomNumberGenerator.GetBytes(64));
        return PasswordRecord.Parse(
                $"v1$pbkdf2-sha512${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}")
            ?? throw new InvalidOperationException("The form of a password record has changed.");
    }

    private PasswordRecord? RecordOf(UserAccount? account)
    {
        if (account is null)
            return null;
        var record = PasswordRecord.Parse(account.Credential);
        if (record is null)
            _log.CredentialUnreadable(account.Profile.Id);
        return record;
    }

    /// <summary>Null when its turn did not come in time.</summary>
    private async Task<bool?> DeriveAsync(Func<bool> verify, CancellationToken cancellationToken)
    {
        var added = _time.GetTimestamp();
        var job = _derivations.Add(() =>
        {
            var began = _time.GetTimestamp();
            _metrics.PasswordWaited(_time.GetElapsedTime(added, began));
            var right = verify();
            _metrics.PasswordDerived(_time.GetElapsedTime(began));
            return right;
        });

        try
        {
            return await job.Result.WaitAsync(_waitMax, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return job.TryAbandon() ? null : await job.Result;
        }
        catch (OperationCanceledException)
        {
            job.TryAbandon();
            throw;
        }
    }
}
