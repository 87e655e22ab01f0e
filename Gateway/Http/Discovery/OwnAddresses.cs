using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>Where this machine can be reached, as far as it knows itself.</summary>
internal static class OwnAddresses
{
    /// <summary>What is configured, or the address that is listened on, or one of the machine's own for each family.</summary>
    public static IReadOnlyList<IPAddress> Of(GatewayOptions options)
    {
        var configured = EdgeRules.Split(options.PublicAddresses);
        if (configured.Length > 0)
            return [.. configured.Select(IPAddress.Parse)];
        if (options.Address != GatewayEndpoints.AnyAddress && IPAddress.Parse(options.Address) is var bound && !IsAny(bound))
            return [bound];
        return OfMachine() is { Count: > 0 } own ? own : [IPAddress.Loopback];
    }

    /// <summary>Whether the settings leave the address open, so that the one a question came in on is as good as any.</summary>
    public static bool IsOpen(GatewayOptions options) => options.PublicAddresses.Length == 0
        && (options.Address == GatewayEndpoints.AnyAddress || IsAny(IPAddress.Parse(options.Address)));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static List<IPAddress> OfMachine()
    {
        // The way out of the machine is the way in; bridges to containers have none.
        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .Where(network => network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(network => network.GetIPProperties())
            .OrderByDescending(network => network.GatewayAddresses.Count > 0)
            .SelectMany(network => network.UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(IsRoutable)
            .ToList();
        return [.. addresses.OrderBy(address => address.AddressFamily).DistinctBy(address => address.AddressFamily)];
    }

    private static bool IsRoutable(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.GetAddressBytes() is not ([127, ..] or [169, 254, ..])
        : !(IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6Multicast);
}
