using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Gateway.Transport;

/// <summary>An address to listen on with the lean transport instead of Kestrel's own.</summary>
internal sealed class LeanEndPoint(IPAddress address, int port) : IPEndPoint(address, port)
{
    /// <summary>Every address of the machine.</summary>
    public static LeanEndPoint Any(int port) => new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
}
