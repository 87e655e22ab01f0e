using System.Net;
using BrokerIm.Faults.Processes;
using BrokerIm.Faults.Proxy;

namespace BrokerIm.Faults.Beds;

/// <summary>Everything in one process.</summary>
internal sealed class EmbeddedBed : Bed
{
    /// <summary>The one component.</summary>
    public const string Component = "embedded";

    private const int DiskMegabytes = 96;

    private readonly string _data;
    private readonly RoleProcess _server;
    private SmallDisk? _disk;

    /// <summary>On a folder of its own.</summary>
    /// <param name="folder">There already, and empty.</param>
    public EmbeddedBed(string folder)
        : base(folder)
    {
        _data = Path.Combine(folder, "data");
        var port = RoleProcess.FreePort();
        Front = new(new IPEndPoint(IPAddress.Loopback, port));
        _server = NewRole(Component, [.. StoreSettings, ("Gateway:Port", $"{port}"), ("Gateway:HttpPort", "0")]);
    }

    public override IReadOnlyList<string> Components => [Component];

    public override FaultProxy Front { get; }

    public override IReadOnlyList<RoleProcess> Roles => [_server];

    public override IReadOnlyList<string> LogFolders => [Path.Combine(Folder, "roles")];

    protected override IEnumerable<(string Key, string Value)> StoreSettings => [("Embedded:DataDirectory", _data)];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _disk = await SmallDisk.TryMountAsync(_data, DiskMegabytes, cancellationToken);
        await _server.StartAsync(cancellationToken);
    }

    public override IReadOnlyList<FaultProxy> LinksOf(string component) => [Front];

    public override SmallDisk? DiskOf(string component) => _disk;

    public override Task KillAsync(string component, CancellationToken cancellationToken) => _server.KillAsync();

    public override Task ReviveAsync(string component, CancellationToken cancellationToken) => _server.StartAsync(cancellationToken);

    public override async Task RestartAsync(string component, CancellationToken cancellationToken)
    {
        await _server.StopAsync(cancellationToken);
        await _server.StartAsync(cancellationToken);
    }

    public override Task SignalAsync(string component, string signal, CancellationToken cancellationToken) =>
        _server.SignalAsync(signal, cancellationToken);

    public override Task WipeAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("There is no Redis in an embedded server.");

    public override Task<IReadOnlyList<string>> MendAsync(CancellationToken cancellationToken) => MendRolesAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await Front.DisposeAsync();
        await _server.DisposeAsync();
        if (_disk is not null)
            await _disk.DisposeAsync();
    }
}
