using System.Text;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Ports;

/// <summary>Where a user can be woken, and whether at night (protocol chapter 02 sections 5 and 6).</summary>
/// <remarks>
/// A user has at most one token for each mobile client type, the one bound last, and a token belongs to one user and client type:
/// to whoever it was bound last. Of binds at the same time one counts, for everybody the same one.
/// </remarks>
public interface IDevices
{
    /// <summary>Whether the user wants no pushes at night; null when there is no such user. Off until it is set.</summary>
    ValueTask<bool?> GetPushShieldAsync(UserId user, CancellationToken cancellationToken);

    /// <summary>Turns the user's night shield on or off; setting what is set already succeeds.</summary>
    /// <returns>False when there is no such user.</returns>
    ValueTask<bool> SetPushShieldAsync(UserId user, bool isOn, CancellationToken cancellationToken);

    /// <summary>Binds a token to a user's device; safe to repeat.</summary>
    /// <param name="user">Whose device.</param>
    /// <param name="client">A client type of the mobile class.</param>
    /// <param name="token">Of the push service, 1 to <see cref="Limits.MaxDeviceTokenBytes"/> bytes in UTF-8.</param>
    /// <param name="cancellationToken">Gives up; the token may be bound all the same.</param>
    /// <returns>False when there is no such user.</returns>
    /// <exception cref="ArgumentException">The client type is not mobile, or the token is empty or too long.</exception>
    ValueTask<bool> BindAsync(UserId user, ClientType client, string token, CancellationToken cancellationToken);

    /// <summary>Forgets the token of a user's device; harmless when there is none.</summary>
    ValueTask RemoveAsync(UserId user, ClientType client, CancellationToken cancellationToken);

    /// <summary>Devices that have a token, of all the given users, in any order.</summary>
    ValueTask<IReadOnlyList<PushDevice>> ReadDevicesAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken);
}

/// <summary>A device that can be woken.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="Client">iOS or Android: which push service knows the token.</param>
/// <param name="Token">Opaque.</param>
/// <param name="IsShielded">Whether the user's night shield is on; it concerns iOS alone.</param>
public sealed record PushDevice(UserId User, ClientType Client, string Token, bool IsShielded);

/// <summary>What every adapter demands of a device before it binds it.</summary>
public static class DeviceToken
{
    /// <summary>Lets through what can be bound.</summary>
    /// <exception cref="ArgumentException">The client type is not mobile, or the token is empty or too long.</exception>
    public static void ThrowIfImpossible(ClientType client, string token)
    {
        if (client.ClassOf() != DeviceClass.Mobile)
            throw new ArgumentException($"A client of type {client} has no push token.", nameof(client));
        if (token.Length == 0 || Encoding.UTF8.GetByteCount(token) > Limits.MaxDeviceTokenBytes)
            throw new ArgumentException($"A push token has 1 to {Limits.MaxDeviceTokenBytes} bytes.", nameof(token));
    }
}
