using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Cql.Cluster;

/// <summary>Reads <c>host</c>, <c>host:port</c>, <c>1.2.3.4:port</c>, <c>::1</c> and <c>[::1]:port</c>.</summary>
internal readonly record struct ContactPoint(string Host, int Port)
{
    /// <summary>False if it is none of these.</summary>
    public static bool TryParse(string text, out ContactPoint contactPoint)
    {
        // An address with colons and without brackets has no port.
        if (IPAddress.TryParse(text, out var bare) && !text.StartsWith('['))
        {
            contactPoint = new(bare.ToString(), CqlOptions.DefaultPort);
            return true;
        }

        var colon = text.EndsWith(']') ? -1 : text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        var port = CqlOptions.DefaultPort;
        var isPort = colon < 0 || int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port);
        contactPoint = new(host, port);
        return isPort && port is > 0 and <= ushort.MaxValue && host.Length > 0;
    }

    /// <summary>All addresses of the host.</summary>
    /// <exception cref="SocketException">The name is not known.</exception>
    public async ValueTask<IReadOnlyList<IPEndPoint>> ResolveAsync(CancellationToken cancellationToken)
    {
        var port = Port;
        if (IPAddress.TryParse(Host, out var address))
            return [new(address, port)];
        var addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken);
        return [.. addresses.Select(each => new IPEndPoint(each, port))];
    }
}
