using System.Net;
using BrokerIm.Faults.Processes;
using BrokerIm.Faults.Proxy;

namespace BrokerIm.Faults.Beds;

/// <summary>Two gateways and two of each worker, on services of their own.</summary>
internal sealed class BrokeredBed : Bed
{
    private static readonly string[] s_roles = ["persist", "deliver", "gateway"];

    // What each role talks to, apart from Kafka, which sends everybody to one address.
    private static readonly Dictionary<string, string[]> s_consults = new()
    {
        ["gateway"] = ["cassandra", "rabbitmq", "redis"], ["persist"] = ["cassandra"], ["deliver"] = ["cassandra", "rabbitmq", "redis"],
    };

    private static readonly Dictionary<string, int> s_diskMegabytes = new()
    {
        ["kafka"] = 256, ["zookeeper"] = 128, ["cassandra"] = 512, ["rabbitmq"] = 192,
    };

    private readonly LocalServices _services;
    private readonly Dictionary<string, SmallDisk> _disks = [];
    private readonly Dictionary<(string Role, string Service), FaultProxy> _links = [];
    private readonly FaultProxy _kafka;
    private readonly FaultProxy _zookeeper;
    private readonly Dictionary<string, RoleProcess> _roles = [];

    /// <summary>On a folder of its own.</summary>
    /// <param name="folder">There already, and empty.</param>
    /// <param name="offset">Moves the ports of the services.</param>
    public BrokeredBed(string folder, int offset)
        : base(folder)
    {
        _services = new(Path.Combine(folder, "services"), offset);
        _kafka = ProxyOf("kafka");
        _zookeeper = ProxyOf("zookeeper");
        foreach (var (role, services) in s_consults)
        {
            foreach (var service in services)
                _links.Add((role, service), ProxyOf(service));
        }

        List<EndPoint> gateways = [];
        foreach (var role in s_roles)
        {
            foreach (var name in new[] { $"{role}-1", $"{role}-2" })
            {
                var port = RoleProcess.FreePort();
                _roles.Add(name, NewRole(name, [.. SettingsOf(role), ("Gateway:Id", name), ("Gateway:Port", $"{port}"), ("Gateway:HttpPort", "0")]));
                if (role == "gateway")
                    gateways.Add(new IPEndPoint(IPAddress.Loopback, port));
            }
        }

        Front = new([.. gateways]);
    }

    public override IReadOnlyList<string> Components { get; } = ["gateway", "persist", "deliver", .. LocalServices.Names];

    public override FaultProxy Front { get; }

    public override IReadOnlyList<RoleProcess> Roles => [.. _roles.Values];

    public override IReadOnlyList<string> LogFolders => [Path.Combine(Folder, "roles"), _services.LogFolder];

    protected override IEnumerable<(string Key, string Value)> StoreSettings => StoreSettingsThrough(_links[("persist", "cassandra")]);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (service, megabytes) in s_diskMegabytes)
        {
            if (await SmallDisk.TryMountAsync(Path.Combine(_services.Folder, service), megabytes, cancellationToken) is { } disk)
                _disks.Add(service, disk);
        }

        _services.Redirect(kafkaClientsTo: _kafka.Port, kafkaTo: _zookeeper.Port);
        await _services.UpAsync(cancellationToken);
        await ServerAsync(["migrate"], SettingsOf("persist"), cancellationToken);
        await Task.WhenAll(Roles.Select(role => role.StartAsync(cancellationToken)));
    }

    public override IReadOnlyList<FaultProxy> LinksOf(string component) => component switch
    {
        "gateway" => [Front],
        "kafka" => [_kafka],
        "zookeeper" => [_zookeeper],
        _ => [.. _links.Where(link => link.Key.Role == component || link.Key.Service == component).Select(static link => link.Value)],
    };

    public override SmallDisk? DiskOf(string component) => _disks.GetValueOrDefault(component);

    public override Task KillAsync(string component, CancellationToken cancellationToken) => OneOf(component) is { } role
        ? role.KillAsync()
        : _services.SignalAsync(component, "KILL", cancellationToken);

    public override Task ReviveAsync(string component, CancellationToken cancellationToken) => OneOf(component) is { } role
        ? role.StartAsync(cancellationToken)
        : _services.RestartAsync(component, kill: true, cancellationToken);

    public override async Task RestartAsync(string component, CancellationToken cancellationToken)
    {
        if (OneOf(component) is { } role)
        {
            await role.StopAsync(cancellationToken);
            await role.StartAsync(cancellationToken);
        }
        else
            await _services.RestartAsync(component, kill: false, cancellationToken);
    }

    public override Task SignalAsync(string component, string signal, CancellationToken cancellationToken) => OneOf(component) is { } role
        ? role.SignalAsync(signal, cancellationToken)
        : _services.SignalAsync(component, signal, cancellationToken);

    public override Task WipeAsync(CancellationToken cancellationToken) =>
        Commands.RunAsync("redis-cli", ["-p", $"{_services.PortOf("redis")}", "FLUSHALL"], cancellationToken);

    public override async Task<IReadOnlyList<string>> MendAsync(CancellationToken cancellationToken)
    {
        await _services.UpAsync(cancellationToken);
        return await MendRolesAsync(cancellationToken);
    }

    public override async Task<IReadOnlyList<string>?> FindMissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ServerAsync(["verify", "--log"], SettingsOf("persist"), cancellationToken);
            return [];
        }
        catch (CommandFailedException exception)
        {
            return [exception.Message];
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var role in Roles)
            await role.DisposeAsync();
        await _services.DownAsync();
        foreach (var proxy in _links.Values.Append(_kafka).Append(_zookeeper).Append(Front))
            await proxy.DisposeAsync();
        foreach (var disk in _disks.Values)
            await disk.DisposeAsync();
    }

    private FaultProxy ProxyOf(string service) => new(new IPEndPoint(IPAddress.Loopback, _services.PortOf(service)));

    private RoleProcess? OneOf(string component) => _roles.GetValueOrDefault($"{component}-1");

    private IEnumerable<(string Key, string Value)> SettingsOf(string role) =>
    [
        ("Kafka:BootstrapServers", $"127.0.0.1:{_kafka.Port}"),
        ("Kafka:Compatibility", "Kafka09"),
        ("Kafka:SessionTimeout", "00:00:03"),
        .. StoreSettingsThrough(_links[(role, "cassandra")]),
        .. _links.TryGetValue((role, "rabbitmq"), out var bus) ? [("RabbitMq:Uri", $"amqp://guest:guest@127.0.0.1:{bus.Port}/")] : Nothing,
        .. _links.TryGetValue((role, "redis"), out var presence) ? [("Redis:Configuration", $"127.0.0.1:{presence.Port}")] : Nothing,
    ];

    private static IEnumerable<(string Key, string Value)> Nothing => [];

    private static IEnumerable<(string Key, string Value)> StoreSettingsThrough(FaultProxy proxy) =>
    [
        ("Cassandra:ContactPoints", $"127.0.0.1:{proxy.Port}"),
        ("Cassandra:Keyspace", "brokerim"),
        ("Cassandra:ReplicationFactor", "1"),
    ];
}
