using BrokerIm.Server.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;

namespace BrokerIm.Server.Hosting;

/// <summary>What an operator's tools ask: is it alive, is it ready, how is it doing.</summary>
internal static class AdminEndpoints
{
    /// <summary>Maps <c>/live</c>, <c>/ready</c> and <c>/metrics</c>.</summary>
    public static void MapAdmin(this WebApplication app)
    {
        // Alive says nothing of dependencies: a restart would not bring a broker back.
        app.MapHealthChecks("/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/ready", new HealthCheckOptions
        {
            ResponseWriter = (context, report) =>
            {
                context.Response.ContentType = "text/plain; charset=utf-8";
                var lines = report.Entries.Select(
                    check => $"{check.Key}: {check.Value.Status}{(check.Value.Description is { } why ? $" ({why})" : "")}");
                return context.Response.WriteAsync(string.Join('\n', lines.Prepend(report.Status.ToString())) + "\n");
            },
        });
        app.MapGet("/metrics", (PrometheusScrape scrape) => Results.Text(
            scrape.Collect(), "text/plain; version=0.0.4; charset=utf-8"));
    }
}
