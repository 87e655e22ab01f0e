using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>A presence registry that goes away, or forgets everything, when told to.</summary>
internal sealed class FaultyPresence(Func<IPresenceWriter> open) : IPresenceWriter
{
    private volatile IPresenceWriter _inner = open();

    /// <summary>While set, nothing is answered.</summary>
    public bool IsDown { get; set; }

    private IPresenceWriter Inner => IsDown ? throw new DependencyUnavailableException("The registry is down.") : _inner;

    /// <summary>Starts again with nothing, as a server without a disk does.</summary>
    public void Lose() => _inner = open();

    /// <summary>What counts of one user, whether or not the registry is down for others.</summary>
    public async Task<IReadOnlyList<PresenceEntry>> OfAsync(UserId user) =>
        (await _inner.FindAsync([user], TestContext.Current.CancellationToken))[0];

    public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken) => Inner.FindAsync(users, cancellationToken);

    public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) =>
        Inner.GatewaysAsync(cancellationToken);

    public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
        Inner.OffersAsync(cancellationToken);

    public ValueTask OfferAsync(
        GatewayAddress gateway, GatewayOffer offer, TimeSpan lifetime, CancellationToken cancellationToken) =>
        Inner.OfferAsync(gateway, offer, lifetime, cancellationToken);

    public ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken) =>
        Inner.RenewAsync(gateway, lease, cancellationToken);

    public ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken) =>
        Inner.RetireAsync(gateway, cancellationToken);

    public ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken) =>
        Inner.AddAsync(entries, cancellationToken);

    public ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken) =>
        Inner.RemoveAsync(entry, cancellationToken);
}
