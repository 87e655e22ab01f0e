using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>A presence registry in memory, for tests of the gateway alone; several gateways share one.</summary>
internal sealed class TestPresence : IPresenceWriter
{
    private readonly Lock _gate = new();
    private readonly HashSet<PresenceEntry> _entries = [];
    private readonly HashSet<GatewayAddress> _leases = [];
    private int _run;

    /// <summary>While set, nothing is answered.</summary>
    public bool IsDown { get; set; }

    /// <summary>Everything that counts.</summary>
    public IReadOnlyList<PresenceEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries.Where(entry => _leases.Contains(entry.Gateway))];
        }
    }

    /// <summary>Forgets everything, as a restarted server without a disk does.</summary>
    public void Lose()
    {
        lock (_gate)
        {
            _entries.Clear();
            _leases.Clear();
            _run++;
        }
    }

    public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken) => Answer<IReadOnlyList<IReadOnlyList<PresenceEntry>>>(
            () => [.. users.Select(user => (IReadOnlyList<PresenceEntry>)[.. Entries.Where(entry => entry.User == user)])]);

    public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<GatewayAddress>>(() => [.. _leases]);

    public ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken) => Answer(() =>
    {
        _leases.Add(gateway);
        return $"run {_run}";
    });

    public async ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken) =>
        await Answer(() => _leases.Remove(gateway));

    public async ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken) => await Answer(() =>
    {
        _entries.UnionWith(entries);
        return true;
    });

    public async ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken) =>
        await Answer(() => _entries.Remove(entry));

    private ValueTask<T> Answer<T>(Func<T> answer)
    {
        if (IsDown)
            throw new DependencyUnavailableException("The registry is down.");
        lock (_gate)
            return ValueTask.FromResult(answer());
    }
}
