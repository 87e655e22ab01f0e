using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Tests.Unit.Gateway.Transport;

/// <summary>Both ends of a TCP connection: the server's as the transport gets it, the client's as tests want it.</summary>
internal sealed class SocketPair : IDisposable
{
    private SocketPair(Socket server, Socket client)
    {
        Server = server;
        Client = client;
    }

    public Socket Server { get; }

    public Socket Client { get; }

    public static async Task<SocketPair> OpenAsync(int bufferBytes = 0)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();

        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (bufferBytes > 0)
            client.ReceiveBufferSize = bufferBytes;
        await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);

        var server = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        server.NoDelay = true;
        server.Blocking = false;
        if (bufferBytes > 0)
            server.SendBufferSize = bufferBytes;
        return new(server, client);
    }

    /// <summary>The client goes without a word of farewell.</summary>
    public void Reset()
    {
        Client.LingerState = new(true, 0);
        Client.Dispose();
    }

    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
    }
}
