using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.LoadTests.Rivals.Null;

/// <summary>Presence of the connections of the one gateway there is, whose lease never runs out.</summary>
internal sealed class NullPresence : IPresenceWriter
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, List<PresenceEntry>> _entries = [];
    private GatewayAddress? _gateway;

    public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        lock (_gate)
            return new([.. users.Select(user => _entries.TryGetValue(user, out var ofUser) ? ofUser.ToArray() : [])]);
    }

    public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return new(_gateway is { } gateway ? [gateway] : []);
    }

    public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
        new(new Dictionary<GatewayAddress, GatewayOffer>());

    public ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken)
    {
        lock (_gate)
            _gateway = gateway;
        return new("");
    }

    public ValueTask OfferAsync(
        GatewayAddress gateway, GatewayOffer offer, TimeSpan lifetime, CancellationToken cancellationToken) => default;

    public ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _gateway = null;
            _entries.Clear();
        }

        return default;
    }

    public ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                Remove(entry);
                if (!_entries.TryGetValue(entry.User, out var ofUser))
                    _entries[entry.User] = ofUser = [];
                ofUser.Add(entry);
            }
        }

        return default;
    }

    public ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken)
    {
        lock (_gate)
            Remove(entry);
        return default;
    }

    private void Remove(PresenceEntry entry)
    {
        if (!_entries.TryGetValue(entry.User, out var ofUser))
            return;
        ofUser.RemoveAll(other => other.Connection == entry.Connection);
        if (ofUser.Count == 0)
            _entries.Remove(entry.User);
    }
}
