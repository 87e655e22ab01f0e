using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Transport;

/// <summary>Takes connections off one listening socket.</summary>
internal sealed class LeanListener(Socket socket, ILogger log) : IConnectionListener
{
    // Time for somebody to leave. Without it the loop would take a whole processor to be refused.
    private static readonly TimeSpan s_noHandles = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _unbound = new();

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <summary>The next connection; null once the listener is unbound.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync(cancellationToken);
                if (Open(accepted) is { } connection)
                    return connection;
            }
            catch (Exception exception) when (exception is ObjectDisposedException || _unbound.IsCancellationRequested)
            {
                return null;
            }
            catch (SocketException exception)
            {
                // Gone before it was taken, or no file handle left for it; those who are inside go on.
                log.NotAccepted(exception);
                if (exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                    await Task.Delay(s_noHandles, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

    public ValueTask DisposeAsync()
    {
        _unbound.Cancel();
        socket.Dispose();
        return default;
    }

    private static LeanConnection? Open(Socket accepted)
    {
        try
        {
            accepted.NoDelay = true;
            accepted.Blocking = false;
            return new(accepted);
        }
        catch (SocketException)
        {
            // Reset between two calls; nobody has seen it yet.
            accepted.Dispose();
            return null;
        }
    }
}
