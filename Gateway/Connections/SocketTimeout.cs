using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace BrokerIm.Gateway.Connections;

/// <summary>
/// Lets the system find out that a peer is gone without a word: what was sent to it and not confirmed ends the connection (RFC 5482).
/// Silence alone is the matter of <see cref="TimeLimits"/>.
/// </summary>
internal static class SocketTimeout
{
    // Of Linux: netinet/tcp.h.
    private const int IpProtoTcp = 6;
    private const int TcpUserTimeout = 18;

    /// <summary>Sets the limit where the connection is a socket and the system knows the option.</summary>
    public static void Set(ConnectionContext connection, TimeSpan limit)
    {
        if (limit == TimeSpan.Zero || !OperatingSystem.IsLinux()
            || connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
            return;

        // A native int, in the machine's own order.
        Span<byte> milliseconds = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(milliseconds, (int)limit.TotalMilliseconds);
        try
        {
            socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, milliseconds);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }
}
