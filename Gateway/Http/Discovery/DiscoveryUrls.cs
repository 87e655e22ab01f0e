using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>The URLs that a client is told with its gateway.</summary>
internal sealed class DiscoveryUrls(IOptions<GatewayOptions> options)
{
    /// <summary>Path of the discovery page list.</summary>
    public const string PageListPath = "discovery";

    private const int HostLengthMax = 100;

    /// <summary>Base URL of the picture store; ends with a slash.</summary>
    public string Pictures(HttpRequest request) =>
        options.Value.PictureUrl is { Length: > 0 } configured ? configured : Base(request);

    /// <summary>URL of the discovery page list.</summary>
    public string PageList(HttpRequest request) => Base(request) + PageListPath;

    private string Base(HttpRequest request) =>
        options.Value.HttpUrl is { Length: > 0 } configured ? configured : $"{request.Scheme}://{Host(request)}/";

    // The name the client reached us by is one that it can reach, whatever stands between.
    private static string Host(HttpRequest request)
    {
        var host = request.Host.ToUriComponent();
        if (host.Length is > 0 and <= HostLengthMax && Uri.TryCreate($"http://{host}/", UriKind.Absolute, out var url) && url.UserInfo.Length == 0)
            return host;
        var connection = request.HttpContext.Connection;
        return new HostString(OwnOffer.Plain(connection.LocalIpAddress!).ToString(), connection.LocalPort).ToUriComponent();
    }
}
