using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Transport;

/// <summary>
/// Plain TCP for very many connections: Kestrel listens, counts and stops as ever, but a connection is one socket with a reader and a
/// writer that borrow memory while there is something in it, instead of two pipes with a task each.
/// </summary>
/// <remarks>
/// Bytes are handled on the thread that got them from the system, and leave on the thread that flushes: one change of threads per message
/// less in each direction. It takes <see cref="LeanEndPoint"/>s and leaves all others to Kestrel.
/// </remarks>
internal sealed class LeanTransport(ILogger<LeanTransport> log) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private const int Backlog = 512;

    public bool CanBind(EndPoint endpoint) => endpoint is LeanEndPoint;

    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(AsPlain((IPEndPoint)endpoint));
            socket.Listen(Backlog);
            return new(new LeanListener(socket, log));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(exception.Message, exception);
        }
    }

    private static IPEndPoint AsPlain(IPEndPoint endpoint) => new(endpoint.Address, endpoint.Port);
}
