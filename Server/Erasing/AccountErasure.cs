using System.Security.Cryptography;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Core.Values;

namespace BrokerIm.Server.Erasing;

/// <summary>
/// Locks an account for good and empties its profile. Number and login name stay: the number is in every message the user sent, and
/// the name must not come to belong to somebody else.
/// </summary>
internal sealed class AccountErasure(
    IUserDirectoryWriter directory,
    IResumeTokens tokens,
    IDevices devices,
    IDeliverySender bus,
    RetryForever retry,
    TimeProvider time)
{
    private const uint Left = 3;
    private const string Nick = "-";

    // Gateways' clocks may be ahead of this one; nobody can log in to the account any more, so no later login is meant.
    private static readonly TimeSpan s_clocksDiffer = TimeSpan.FromDays(1);

    private static readonly ProfileEdit s_empty = new(
        Nick, Gender: 0, Avatar: "", DepartmentId: 0, Email: "", Phone: "", Domain: "", Status: Left, Signature: "");

    /// <summary>Does it. Safe to repeat.</summary>
    public async Task RunAsync(UserId user, CancellationToken cancellationToken)
    {
        // First what lets in, then who is in: whoever is sent away must not come back.
        await directory.SetCredentialAsync(user, Unguessable(), cancellationToken);
        await directory.EditAsync(user, s_empty, cancellationToken);
        foreach (var record in await tokens.ReadAsync(user, cancellationToken))
            await tokens.RemoveAsync(user, record.Device, cancellationToken);

        // The bus is opened for this, which may take longer than it gives a broadcast.
        var kicks = new DeliveryBatch { Signals = { Kick(user, DeviceClass.Pc), Kick(user, DeviceClass.Mobile) } };
        await retry.RunAsync("ending the user's sessions", token => bus.BroadcastAsync(kicks, token), cancellationToken);
        foreach (var device in await devices.ReadDevicesAsync([user], cancellationToken))
            await devices.RemoveAsync(user, device.Client, cancellationToken);
    }

    private static string Unguessable() => PasswordRecord.Create(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), PasswordRecord.DefaultIterations).ToString();

    // As if a later login had come.
    private Signal Kick(UserId user, DeviceClass device) => new()
    {
        Kind = SignalKind.Kick,
        FromGateway = "operator",
        User = user.Value,
        DeviceClass = (uint)device,
        Reason = (uint)KickReasonType.DuplicateUser,
        LoginTimeMs = (ulong)(time.GetUtcNow() + s_clocksDiffer).ToUnixTimeMilliseconds(),
    };
}
