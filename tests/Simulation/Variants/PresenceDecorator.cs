using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Simulation.Variants;

/// <summary>Stands before a presence registry and passes everything on.</summary>
internal abstract class PresenceDecorator(IPresenceWriter inner) : IPresenceWriter
{
    protected IPresenceWriter Inner => inner;

    public virtual ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken) =>
        inner.AddAsync(entries, cancellationToken);

    public ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken) =>
        inner.RemoveAsync(entry, cancellationToken);

    public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken) => inner.FindAsync(users, cancellationToken);

    public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) =>
        inner.GatewaysAsync(cancellationToken);

    public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
        inner.OffersAsync(cancellationToken);

    public virtual ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken) =>
        inner.RenewAsync(gateway, lease, cancellationToken);

    public ValueTask OfferAsync(GatewayAddress gateway, GatewayOffer offer, TimeSpan lifetime, CancellationToken cancellationToken) =>
        inner.OfferAsync(gateway, offer, lifetime, cancellationToken);

    public ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken) =>
        inner.RetireAsync(gateway, cancellationToken);
}
