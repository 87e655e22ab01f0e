using BrokerIm.Gateway.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http.WebSockets;

/// <summary>Takes clients that come as WebSockets through the same door as all others and has them served by the same code.</summary>
internal sealed class WebSocketEndpoint(
    OriginRule origins,
    ConnectionGate gate,
    GatewayConnectionHandler connections,
    IOptions<GatewayOptions> options,
    GatewayMetrics metrics,
    ILogger<WebSocketEndpoint> log)
{
    private const string Path = "/ws";

    /// <summary>Takes what comes to the path of WebSockets; the rest is for others.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.Request.Path.Value == Path ? TakeAsync(context) : next(context);

    private async Task TakeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        var remote = context.Connection.RemoteIpAddress;
        if (!origins.Allows(context.Request))
        {
            metrics.ConnectionRefused("origin");
            log.OriginRefused(remote, context.Request.Headers.Origin.ToString());
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (!gate.TryEnter(remote))
        {
            context.Response.Headers.Connection = "close";
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        try
        {
            // Counted as a client from here on. How slowly it may read is for the session to say.
            context.Features.Get<HttpVisit>()?.Leave();
            context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
            await ServeAsync(context);
        }
        finally
        {
            gate.Leave(remote);
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        // Pongs, not pings: a ping wants an answer, and a client that is held back by its rate limit is not read. Whoever is
        // gone is found by its silence, as on TCP.
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { KeepAliveInterval = options.Value.WebSocketKeepAlive });
        await using var connection = new WebSocketConnection(socket, context, options.Value.WebSocketMessageBytesMax);
        await connection.RunAsync(connections.ServeAsync);
    }
}
