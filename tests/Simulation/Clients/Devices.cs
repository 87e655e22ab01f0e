using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.Clients;

/// <summary>All clients, and the gateways they come to. A dead gateway comes back under its name and as another incarnation.</summary>
internal sealed class Devices
{
    private static readonly TimeSpan s_restart = TimeSpan.FromSeconds(2);

    private readonly Cluster _cluster;
    private readonly CrashPlan _crashes;
    private readonly GatewayProcess[] _gateways;
    private readonly List<Device> _devices = [];

    public Devices(Cluster cluster, CrashPlan crashes, int gateways, IEnumerable<UserId> users)
    {
        (_cluster, _crashes) = (cluster, crashes);
        _gateways = [.. Enumerable.Range(1, gateways).Select(number => new GatewayProcess(cluster, $"gateway{number}", crashes))];
        foreach (var user in users)
        {
            _devices.Add(new(cluster, this, _devices.Count + 1, user, ClientType.Windows));
            if (cluster.Scheduler.Happens(0.5))
                _devices.Add(new(cluster, this, _devices.Count + 1, user, ClientType.Android));
        }
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Device> All => _devices;

    /// <summary>Starts the clients and looks after the gateways.</summary>
    public void Start()
    {
        foreach (var device in _devices)
            device.Start();
        LookLater();
    }

    /// <summary>A gateway that takes clients, null when there is none.</summary>
    public GatewayProcess? AnyGateway()
    {
        var open = _gateways.Where(static gateway => gateway.IsOpen && !gateway.Node.IsDead && !gateway.Node.IsPaused).ToList();
        return open.Count == 0 ? null : open[_cluster.Scheduler.Random.Next(open.Count)];
    }

    private void LookLater() => _cluster.Scheduler.After(s_restart, null, "", () =>
    {
        for (var i = 0; i < _gateways.Length; i++)
        {
            if (_gateways[i].Node.IsDead)
                _gateways[i] = new(_cluster, _gateways[i].Node.Name, _crashes);
        }

        LookLater();
    });
}
