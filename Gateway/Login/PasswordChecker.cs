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
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TimeSpan _waitMax;
    private readonly PasswordRecord _nobody;

    // One core is left to those who are logged in already.
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount - 1));

    public PasswordChecker(
        VerifiedPasswords verified,
        IOptions<GatewayOptions> options,
        GatewayMetrics metrics,
        TimeProvider time,
        ILogger<PasswordChecker> log)
    {
        _verified = verified;
        _metrics = metrics;
        _time = time;
        _log = log;
        _waitMax = options.Value.PasswordWaitMax;
        _nobody = RecordOfNobody(options.Value.PasswordIterations);
    }

    public void Dispose() => _turns.Dispose();

    /// <summary>Checks the text a client sent. Takes as long for a name that does not exist as for one that does.</summary>
    /// <param name="account">Null when there is none of that name.</param>
    /// <param name="clientText">As received.</param>
    /// <param name="cancellationToken">The client is gone; a derivation that runs already runs to its end.</param>
    public async ValueTask<PasswordVerdict> CheckAsync(UserAccount? account, string clientText, CancellationToken cancellationToken)
    {
        if (account is not null && _verified.Contains(account, clientText))
            return PasswordVerdict.Right;

        var record = RecordOf(account);
        if (!await WaitForTurnAsync(cancellationToken))
            return PasswordVerdict.Busy;

        bool right;
        try
        {
            right = await DeriveAsync(record ?? _nobody, clientText);
        }
        finally
        {
            _turns.Release();
        }

        if (!right || account is null || record is null)
            return PasswordVerdict.Wrong;
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

    private async ValueTask<bool> WaitForTurnAsync(CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        if (!_turns.Wait(0, CancellationToken.None))
        {
            using var patience = new CancellationTokenSource(_waitMax, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                await _turns.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        _metrics.PasswordWaited(_time.GetElapsedTime(start));
        return true;
    }

    // On a thread of its own: the pool's threads have sockets to serve.
    private async Task<bool> DeriveAsync(PasswordRecord record, string clientText)
    {
        var start = _time.GetTimestamp();
        var right = await Task.Factory.StartNew(
            () => record.Verify(clientText), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _metrics.PasswordDerived(_time.GetElapsedTime(start));
        return right;
    }
}
