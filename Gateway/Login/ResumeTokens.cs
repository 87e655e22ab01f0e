using System.Security.Cryptography;
using System.Text;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Login;

/// <summary>
/// Tokens with which a device logs in again without a derivation. 256 random bits, so a plain hash is enough at rest; bound to user,
/// device and credential; a new one at each use.
/// </summary>
internal sealed class ResumeTokens(
    IResumeTokens store, IOptions<GatewayOptions> options, TimeProvider time, GatewayMetrics metrics, ILogger<ResumeTokens> log)
{
    /// <summary>Devices of one user that are remembered; the one not seen for longest goes first.</summary>
    public const int MaxDevices = 16;

    private const int TokenBytes = 32;

    /// <summary>Whether tokens are given at all.</summary>
    public bool IsOn => options.Value.ResumeTokenLifetime > TimeSpan.Zero;

    /// <summary>Reads a device id as clients send it; null when it is none.</summary>
    public static Guid? DeviceOf(ReadOnlySpan<byte> bytes) => bytes.Length == 16 ? new Guid(bytes) : null;

    /// <summary>Checks a token. Asks the store for a name that does not exist too, so that both take equally long.</summary>
    /// <returns>The device's record when the token is good.</returns>
    /// <exception cref="DependencyUnavailableException">The store does not answer.</exception>
    public async ValueTask<ResumeRecord?> CheckAsync(
        UserAccount? account, Guid device, ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        var records = await store.ReadAsync(account?.Profile.Id ?? new UserId(UserId.MaxValue), cancellationToken);
        var record = records.FirstOrDefault(record => record.Device == device);
        if (account is null || record is null || !IsFresh(record)
            || !CryptographicOperations.FixedTimeEquals(record.Credential.Span, HashOf(account.Credential)))
            return Count(null);

        var hash = SHA256.HashData(token.Span);
        return CryptographicOperations.FixedTimeEquals(record.Hash.Span, hash)
            || CryptographicOperations.FixedTimeEquals(record.PreviousHash.Span, hash)
            ? Count(record with { PreviousHash = hash })
            : Count(null);
    }

    /// <summary>Makes the device's next token.</summary>
    /// <param name="account">Who has proved to be its owner.</param>
    /// <param name="device">Which device.</param>
    /// <param name="used">What <see cref="CheckAsync"/> returned; null after a login with the password.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when it could not be stored; the device keeps the one it has.</returns>
    public async ValueTask<byte[]?> IssueAsync(
        UserAccount account, Guid device, ResumeRecord? used, CancellationToken cancellationToken)
    {
        var token = RandomNumberGenerator.GetBytes(TokenBytes);
        var record = new ResumeRecord(
            device,
            SHA256.HashData(token),
            used?.PreviousHash ?? default,
            HashOf(account.Credential),
            time.GetUtcNow().ToUnixTimeMilliseconds());
        try
        {
            if (used is null)
                await MakeRoomAsync(account.Profile.Id, device, cancellationToken);
            await store.PutAsync(account.Profile.Id, record, cancellationToken);
            return token;
        }
        catch (DependencyUnavailableException exception)
        {
            log.ResumeTokenNotStored(exception, account.Profile.Id);
            return null;
        }
    }

    /// <summary>Forgets the session's device: it was logged out on purpose.</summary>
    /// <exception cref="DependencyUnavailableException">The store does not answer.</exception>
    public ValueTask ForgetAsync(Session session, CancellationToken cancellationToken) => session.Device is { } device
        ? store.RemoveAsync(session.User, device, cancellationToken)
        : default;

    private static byte[] HashOf(string credential) => SHA256.HashData(Encoding.UTF8.GetBytes(credential));

    private bool IsFresh(ResumeRecord record) =>
        time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(record.IssuedMs) < options.Value.ResumeTokenLifetime;

    private async ValueTask MakeRoomAsync(UserId user, Guid device, CancellationToken cancellationToken)
    {
        var others = (await store.ReadAsync(user, cancellationToken)).Where(record => record.Device != device).ToList();
        foreach (var oldest in others.OrderByDescending(static record => record.IssuedMs).Skip(MaxDevices - 1))
            await store.RemoveAsync(user, oldest.Device, cancellationToken);
    }

    private ResumeRecord? Count(ResumeRecord? record)
    {
        metrics.Resumed(record is not null);
        return record;
    }
}
