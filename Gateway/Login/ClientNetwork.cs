using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Gateway.Login;

/// <summary>The network a client is in, as far as its address shows: what one guesser can have many addresses of.</summary>
internal static class ClientNetwork
{
    private const int BytesOfIPv4 = 3;
    private const int BytesOfIPv6 = 8;

    /// <summary>The /24 of an IPv4 address, the /64 of an IPv6 address; <see cref="IPAddress.None"/> for no address.</summary>
    public static IPAddress Of(IPAddress? remote)
    {
        if (remote is null)
            return IPAddress.None;
        if (remote.IsIPv4MappedToIPv6)
            remote = remote.MapToIPv4();

        var bytes = remote.GetAddressBytes();
        bytes.AsSpan(remote.AddressFamily == AddressFamily.InterNetwork ? BytesOfIPv4 : BytesOfIPv6).Clear();
        return new(bytes);
    }
}
