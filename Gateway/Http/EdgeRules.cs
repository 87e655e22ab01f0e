using System.ComponentModel.DataAnnotations;
using System.Net;

namespace BrokerIm.Gateway.Http;

/// <summary>Rules that the settings of the edge must keep, beyond the bounds of single numbers.</summary>
internal static class EdgeRules
{
    /// <summary>Longest URL that leaves a discovery answer, which holds three, below its limit.</summary>
    public const int UrlLengthMax = 200;

    private const char ListSeparator = ',';

    /// <summary>Every rule that is broken.</summary>
    public static IEnumerable<ValidationResult> Broken(GatewayOptions options) =>
        Ports(options).Concat(Certificate(options)).Concat(Addresses(options)).Concat(Urls(options)).Concat(Origins(options));

    /// <summary>Parts of a list that is written in one setting.</summary>
    public static string[] Split(string list) =>
        list.Split(ListSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IEnumerable<ValidationResult> Ports(GatewayOptions options)
    {
        (string Key, int Port)[] ports =
        [
            (nameof(options.Port), options.Port), (nameof(options.TlsPort), options.TlsPort),
            (nameof(options.HttpPort), options.HttpPort), (nameof(options.HttpsPort), options.HttpsPort),
        ];
        foreach (var same in ports.Where(one => one.Port > 0).GroupBy(one => one.Port).Where(same => same.Count() > 1))
        {
            var keys = same.Select(one => one.Key).ToArray();
            yield return Problem(keys[1], same.Key, $"allowed is another port than that of Gateway:{keys[0]}");
        }
    }

    private static IEnumerable<ValidationResult> Certificate(GatewayOptions options)
    {
        var path = options.Certificate.Path;
        if (path.Length == 0 && options.TlsPort >= 0)
            yield return Problem(nameof(options.TlsPort), options.TlsPort, "allowed is -1 without Gateway:Certificate:Path");
        if (path.Length == 0 && options.HttpsPort >= 0)
            yield return Problem(nameof(options.HttpsPort), options.HttpsPort, "allowed is -1 without Gateway:Certificate:Path");
    }

    private static IEnumerable<ValidationResult> Addresses(GatewayOptions options)
    {
        var addresses = Split(options.PublicAddresses);
        if (addresses.Length > 2 || addresses.Any(text => !IsReachable(text)))
            yield return Problem(
                nameof(options.PublicAddresses), options.PublicAddresses, "allowed are one or two IP addresses, separated by a comma");
    }

    private static bool IsReachable(string text) =>
        IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    private static IEnumerable<ValidationResult> Urls(GatewayOptions options)
    {
        foreach (var (key, url) in new[] { (nameof(options.HttpUrl), options.HttpUrl), (nameof(options.PictureUrl), options.PictureUrl) })
        {
            if (url.Length > 0 && !(IsUrl(url) && url.EndsWith('/') && url.Length <= UrlLengthMax))
                yield return Problem(
                    key, url, $"allowed is a URL that begins with http:// or https://, ends in / and has at most {UrlLengthMax} characters");
        }

        for (var i = 0; i < options.DiscoveryItems.Count; i++)
        {
            var item = options.DiscoveryItems[i];
            if (item.Name.Length == 0)
                yield return Problem($"{nameof(options.DiscoveryItems)}:{i}:Name", item.Name, "allowed is any text but none");
            if (!IsUrl(item.Url))
                yield return Problem(
                    $"{nameof(options.DiscoveryItems)}:{i}:Url", item.Url, "allowed is a URL that begins with http:// or https://");
        }
    }

    // Clients take a URL as it is, so it must be written the way it goes over the wire.
    private static bool IsUrl(string text) =>
        text.All(char.IsAscii) && Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https");

    private static IEnumerable<ValidationResult> Origins(GatewayOptions options)
    {
        foreach (var origin in Split(options.AllowedOrigins).Where(origin => origin != "*" && !IsOrigin(origin)))
            yield return Problem(nameof(options.AllowedOrigins), origin, "allowed are * and origins such as https://chat.example:8443");
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && text.Equals($"{url.Scheme}://{url.Authority}", StringComparison.OrdinalIgnoreCase);

    private static ValidationResult Problem(string key, object value, string allowed) =>
        new($"{GatewayOptions.Section}:{key} is '{value}'; {allowed}.", [key.Split(':')[0]]);
}
