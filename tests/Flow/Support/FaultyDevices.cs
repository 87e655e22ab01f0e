using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>Devices that cannot be reached when told so.</summary>
internal sealed class FaultyDevices(IDevices inner) : IDevices
{
    /// <summary>While set, nothing is answered.</summary>
    public bool IsDown { get; set; }

    private IDevices Inner => IsDown ? throw new DependencyUnavailableException("The directory is down.") : inner;

    public ValueTask<bool?> GetPushShieldAsync(UserId user, CancellationToken cancellationToken) =>
        Inner.GetPushShieldAsync(user, cancellationToken);

    public ValueTask<bool> SetPushShieldAsync(UserId user, bool isOn, CancellationToken cancellationToken) =>
        Inner.SetPushShieldAsync(user, isOn, cancellationToken);

    public ValueTask<bool> BindAsync(UserId user, ClientType client, string token, CancellationToken cancellationToken) =>
        Inner.BindAsync(user, client, token, cancellationToken);

    public ValueTask RemoveAsync(UserId user, ClientType client, CancellationToken cancellationToken) =>
        Inner.RemoveAsync(user, client, cancellationToken);

    public ValueTask<IReadOnlyList<PushDevice>> ReadDevicesAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken) => Inner.ReadDevicesAsync(users, cancellationToken);
}
