using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Presence of the connections of one process.</summary>
internal sealed class MemoryPresence(TimeProvider time) : IPresenceWriter
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lease> _leases = new(StringComparer.Ordinal);
    private readonly Dictionary<UserId, List<PresenceEntry>> _entries = [];
    private readonly Dictionary<GatewayAddress, Offer> _offers = [];
    private readonly string _content = Guid.NewGuid().ToString();

    public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        lock (_gate)
            return new([.. users.Select(Live)]);
    }

    public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return new([.. _leases.Values.Select(lease => lease.Gateway).Where(IsLive)]);
    }

    public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_offers
                .Where(offer => IsLive(offer.Key) && time.GetElapsedTime(offer.Value.Since) < offer.Value.Length)
                .ToDictionary(offer => offer.Key, offer => offer.Value.Said));
        }
    }

    public ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_leases.TryGetValue(gateway.Id, out var held) && held.Gateway != gateway)
                Forget(held.Gateway);
            _leases[gateway.Id] = new(gateway, time.GetTimestamp(), lease);
        }

        // The registry lives and dies with the gateway it serves, so it never loses anything the gateway still has.
        return new(_content);
    }

    public ValueTask OfferAsync(
        GatewayAddress gateway, GatewayOffer offer, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        lock (_gate)
            _offers[gateway] = new(offer, time.GetTimestamp(), lifetime);
        return ValueTask.CompletedTask;
    }

    public ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_leases.TryGetValue(gateway.Id, out var held) && held.Gateway == gateway)
                _leases.Remove(gateway.Id);
            Forget(gateway);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask AddAsync(IReadOnlyList<PresenceEntry> added, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var entry in added)
            {
                Remove(entry);
                if (!_entries.TryGetValue(entry.User, out var ofUser))
                    _entries[entry.User] = ofUser = [];
                ofUser.Add(entry);
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken)
    {
        lock (_gate)
            Remove(entry);
        return ValueTask.CompletedTask;
    }

    private IReadOnlyList<PresenceEntry> Live(UserId user) =>
        _entries.TryGetValue(user, out var ofUser) ? [.. ofUser.Where(entry => IsLive(entry.Gateway))] : [];

    private bool IsLive(GatewayAddress gateway) =>
        _leases.TryGetValue(gateway.Id, out var lease)
        && lease.Gateway == gateway
        && time.GetElapsedTime(lease.Since) < lease.Length;

    private void Remove(PresenceEntry entry)
    {
        if (!_entries.TryGetValue(entry.User, out var ofUser))
            return;
        ofUser.RemoveAll(other => other.Gateway == entry.Gateway && other.Connection == entry.Connection);
        if (ofUser.Count == 0)
            _entries.Remove(entry.User);
    }

    private void Forget(GatewayAddress gateway)
    {
        _offers.Remove(gateway);
        foreach (var ofUser in _entries.Values.ToList())
        {
            foreach (var entry in ofUser.Where(entry => entry.Gateway == gateway).ToList())
                Remove(entry);
        }
    }

    private readonly record struct Lease(GatewayAddress Gateway, long Since, TimeSpan Length);

    private readonly record struct Offer(GatewayOffer Said, long Since, TimeSpan Length);
}
