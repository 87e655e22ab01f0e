using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http;

/// <summary>Lets so many HTTP connections in at once, and marks them with the port they came by.</summary>
/// <remarks>Kestrel's own limit would hold for the TCP ports too.</remarks>
internal sealed class HttpDoor(IOptions<GatewayOptions> options, GatewayMetrics metrics)
{
    private int _inside;

    /// <summary>Stands before everything else that happens to a connection, the TLS handshake included.</summary>
    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        if (Interlocked.Increment(ref _inside) > options.Value.HttpConnectionsMax)
        {
            Leave();
            metrics.ConnectionRefused("http");
            connection.Abort(new ConnectionAbortedException("The gateway takes no more HTTP connections."));
            return;
        }

        var visit = new HttpVisit(Leave);
        connection.Features.Set(visit);
        try
        {
            await next(connection);
        }
        finally
        {
            visit.Leave();
        }
    };

    private void Leave() => Interlocked.Decrement(ref _inside);
}
