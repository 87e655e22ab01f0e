using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.LoadTests.Rivals.Null;

/// <summary>No device can be woken, and none comes back without its password.</summary>
internal sealed class NullDevices : IDevices, IResumeTokens
{
    public ValueTask<bool?> GetPushShieldAsync(UserId user, CancellationToken cancellationToken) => new((bool?)null);

    public ValueTask<bool> SetPushShieldAsync(UserId user, bool isOn, CancellationToken cancellationToken) => new(false);

    public ValueTask<bool> BindAsync(UserId user, ClientType client, string token, CancellationToken cancellationToken) => new(false);

    public ValueTask RemoveAsync(UserId user, ClientType client, CancellationToken cancellationToken) => default;

    public ValueTask<IReadOnlyList<PushDevice>> ReadDevicesAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<ResumeRecord>> ReadAsync(UserId user, CancellationToken cancellationToken) => new([]);

    public ValueTask PutAsync(UserId user, ResumeRecord record, CancellationToken cancellationToken) => default;

    public ValueTask RemoveAsync(UserId user, Guid device, CancellationToken cancellationToken) => default;
}
