using BrokerIm.Gateway.Http.Discovery;
using BrokerIm.Gateway.Http.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Gateway.Http;

/// <summary>What is answered on the HTTP ports of clients.</summary>
public static class ClientHttpExtensions
{
    /// <summary>
    /// Answers whatever comes by the client HTTP ports, and nothing that comes by another: endpoints that are mapped on the
    /// application are not to be had there, nor these elsewhere. Call it before anything else that answers.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="others">Adds what else there is on these ports, behind discovery and WebSocket.</param>
    public static IApplicationBuilder UseClientHttp(this IApplicationBuilder app, Action<IApplicationBuilder>? others = null) =>
        app.MapWhen(context => context.Features.Get<HttpVisit>() is not null, branch =>
        {
            // The application's routes have been looked at already; what they found belongs to another port.
            branch.Use((context, next) =>
            {
                context.SetEndpoint(null);
                return next(context);
            });
            branch.UseWebSockets();
            branch.Use(branch.ApplicationServices.GetRequiredService<DiscoveryEndpoint>().InvokeAsync);
            branch.Use(branch.ApplicationServices.GetRequiredService<WebSocketEndpoint>().InvokeAsync);
            others?.Invoke(branch);
            branch.Run(context =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        });
}
