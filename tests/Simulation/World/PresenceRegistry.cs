using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>The presence registry: leases and entries in memory, which may be wiped.</summary>
internal sealed class PresenceRegistry(Scheduler scheduler)
{
    private readonly Dictionary<string, (ulong Incarnation, int Number, TimeSpan Until)> _leases = [];
    private readonly Dictionary<GatewayAddress, TimeSpan> _regained = [];
    private readonly List<PresenceEntry> _entries = [];

    /// <summary>Gateways with a live lease.</summary>
    public IReadOnlyList<GatewayAddress> Gateways =>
        [.. _leases.Where(lease => lease.Value.Until > scheduler.Now).Select(static lease => new GatewayAddress(lease.Key, lease.Value.Incarnation))];

    /// <summary>Everything is gone.</summary>
    public void Wipe()
    {
        scheduler.Trace.Add(scheduler.Now, "presence", "is wiped");
        _leases.Clear();
        _entries.Clear();
    }

    /// <summary>Takes or prolongs a lease, unless a later incarnation has it.</summary>
    /// <returns>Who has it, and the number with which he took it.</returns>
    public (ulong Incarnation, int Number) Renew(GatewayAddress gateway, TimeSpan lease, int number)
    {
        var isHeld = _leases.TryGetValue(gateway.Id, out var held) && held.Until > scheduler.Now;
        var isOwn = isHeld && held.Incarnation == gateway.Incarnation;
        if (isHeld && held.Incarnation > gateway.Incarnation)
            return (held.Incarnation, held.Number);

        if (isOwn)
            number = held.Number;
        else
            _regained[gateway] = scheduler.Now;
        _leases[gateway.Id] = (gateway.Incarnation, number, scheduler.Now + lease);
        return (gateway.Incarnation, number);
    }

    public void Retire(GatewayAddress gateway)
    {
        if (_leases.TryGetValue(gateway.Id, out var held) && held.Incarnation == gateway.Incarnation)
            _leases.Remove(gateway.Id);
    }

    /// <summary>Whether the gateway's connections could be found all the time since then.</summary>
    public bool CouldBeFoundSince(GatewayAddress gateway, TimeSpan since) => Lives(gateway) && _regained[gateway] < since;

    public void Add(IEnumerable<PresenceEntry> entries)
    {
        foreach (var entry in entries)
        {
            Remove(entry);
            _entries.Add(entry);
        }
    }

    public void Remove(PresenceEntry entry) =>
        _entries.RemoveAll(one => one.Gateway == entry.Gateway && one.Connection == entry.Connection && one.User == entry.User);

    public IReadOnlyList<PresenceEntry> Find(UserId user) => [.. _entries.Where(entry => entry.User == user && Lives(entry.Gateway))];

    private bool Lives(GatewayAddress gateway) => _leases.TryGetValue(gateway.Id, out var lease)
        && lease.Incarnation == gateway.Incarnation && lease.Until > scheduler.Now;
}

/// <summary>One process's hand on the registry.</summary>
internal sealed class PresenceHand(Wire wire, PresenceRegistry registry) : IPresenceWriter
{
    private int _attempts;

    public async ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        await wire.AskAsync<IReadOnlyList<IReadOnlyList<PresenceEntry>>>(
            "presence.find", () => [.. users.Select(registry.Find)]).WaitAsync(cancellationToken);

    public async ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) =>
        await wire.AskAsync("presence.gateways", () => registry.Gateways).WaitAsync(cancellationToken);

    public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("Clients of the simulation know where gateways are.");

    public async ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken)
    {
        var number = ++_attempts;
        var holder = await wire.AskAsync("presence.renew", () => registry.Renew(gateway, lease, number)).WaitAsync(cancellationToken);
        if (holder.Incarnation != gateway.Incarnation)
            throw new DependencyUnavailableException($"The lease is held by {holder.Incarnation:x16}.");

        return $"lease {holder.Number}";
    }

    public ValueTask OfferAsync(GatewayAddress gateway, GatewayOffer offer, TimeSpan lifetime, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Clients of the simulation know where gateways are.");

    public async ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken) =>
        await TellAsync("presence.retire", () => registry.Retire(gateway), cancellationToken);

    public async ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken) =>
        await TellAsync("presence.add", () => registry.Add(entries), cancellationToken);

    public async ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken) =>
        await TellAsync("presence.remove", () => registry.Remove(entry), cancellationToken);

    private async ValueTask TellAsync(string call, Action tell, CancellationToken cancellationToken) =>
        await wire.AskAsync(call, () =>
        {
            tell();
            return true;
        }).WaitAsync(cancellationToken);
}
