using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

/// <summary>Ports that a gateway is made with and a test of its deliveries has no use for.</summary>
internal sealed class Unused : IDeliveryReceiver, IDeliverySender, IPresenceWriter
{
    public static Unused Instance { get; } = new();

    public Task<IAsyncDisposable> SubscribeAsync(
        GatewayAddress? self, Func<DeliveryBatch, CancellationToken, ValueTask> handler, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask OfferAsync(
        GatewayAddress gateway, GatewayOffer offer, TimeSpan lifetime, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken) => throw new NotSupportedException();
}
