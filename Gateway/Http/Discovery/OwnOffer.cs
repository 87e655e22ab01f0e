using System.Net;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway.Connections;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>What this gateway offers to clients at this moment.</summary>
internal sealed class OwnOffer(IOptions<GatewayOptions> options, ClientPorts ports, ConnectionGate gate)
{
    private readonly Lazy<IReadOnlyList<IPAddress>> _addresses = new(() => OwnAddresses.Of(options.Value));
    private readonly bool _anyAddress = OwnAddresses.IsOpen(options.Value);
    private volatile bool _ready;

    /// <summary>Whether it serves clients well; false until it listens.</summary>
    public bool IsReady
    {
        get => _ready;
        set => _ready = value;
    }

    /// <summary>Whether it takes new clients.</summary>
    public bool IsOpen => _ready && !gate.IsShut;

    /// <summary>The offer, as others see it.</summary>
    public GatewayOffer Current => new(
        _addresses.Value,
        options.Value.PublicPort > 0 ? options.Value.PublicPort : ports.Tcp,
        gate.Count,
        options.Value.MaxConnections,
        IsOpen);

    /// <summary>Addresses for a client that asked at this one: it has just proven that it can be reached.</summary>
    public IReadOnlyList<IPAddress> AddressesFor(IPAddress? askedAt) =>
        _anyAddress && askedAt is not null ? [Plain(askedAt)] : _addresses.Value;

    /// <summary>An IPv4 address that came in by a socket for both families, as an IPv4 address.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
