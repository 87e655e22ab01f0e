using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>The presence registry: leases and entries in memory, which may be wiped.</summary>
internal sealed class PresenceRegistry(Scheduler scheduler)
{
    private readonly Dictionary<string, (ulong Incarnation, TimeSpan Until)> _leases = [];
    private readonly List<PresenceEntry> _entries = [];
    private int _run = 1;

    /// <summary>Changes when the content is lost.</summary>
    public string Run => $"run {_run}";

    /// <summary>Gateways with a live lease.</summary>
    public IReadOnlyList<GatewayAddress> Gateways =>
        [.. _leases.Where(lease => lease.Value.Until > scheduler.Now).Select(static lease => new GatewayAddress(lease.Key, lease.Value.Incarnation))];

    /// <summary>When everything was gone for the last time.</summary>
    public TimeSpan? WipedAt { get; private set; }

    /// <summary>Everything is gone.</summary>
    public void Wipe()
    {
        WipedAt = scheduler.Now;
        scheduler.Trace.Add(scheduler.Now, "presence", "is wiped");
        _run++;
        _leases.Clear();
        _entries.Clear();
    }

    public void Renew(GatewayAddress gateway, TimeSpan lease) => _leases[gateway.Id] = (gateway.Incarnation, scheduler.Now + lease);

    public void Retire(GatewayAddress gateway) => _leases.Remove(gateway.Id);

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
    public async ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
        await wire.AskAsync<IReadOnlyList<IReadOnlyList<PresenceEntry>>>(
            "presence.find", () => [.. users.Select(registry.Find)]).WaitAsync(cancellationToken);

    public async ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) =>
        await wire.AskAsync("presence.gateways", () => registry.Gateways).WaitAsync(cancellationToken);

    public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("Clients of the simulation know where gateways are.");

    public async ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken) =>
        await wire.AskAsync("presence.renew", () =>
        {
            registry.Renew(gateway, lease);
            return registry.Run;
        }).WaitAsync(cancellationToken);

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
