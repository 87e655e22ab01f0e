using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http.WebSockets;

/// <summary>Which web pages may open a WebSocket. A browser says where a page comes from; other clients say nothing.</summary>
internal sealed class OriginRule(IOptions<GatewayOptions> options)
{
    private readonly string[] _allowed = EdgeRules.Split(options.Value.AllowedOrigins);

    /// <summary>Whether the page that sends this request may.</summary>
    public bool Allows(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        if (origins.Count == 0 || _allowed.Contains("*"))
            return true;
        if (origins is not [{ } origin])
            return false;
        return _allowed.Length > 0
            ? _allowed.Contains(origin, StringComparer.OrdinalIgnoreCase)
            : IsSame(origin, request.Host);
    }

    // The scheme is left aside: behind a proxy that ends TLS it is not the one that the page was loaded by.
    private static bool IsSame(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && Uri.TryCreate($"{page.Scheme}://{host.ToUriComponent()}", UriKind.Absolute, out var asked)
        && page.Authority.Equals(asked.Authority, StringComparison.OrdinalIgnoreCase);
}
