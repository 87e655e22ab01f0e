using System.ComponentModel.DataAnnotations;
using BrokerIm.Gateway.Http.Discovery;
using BrokerIm.Gateway.Http.Tls;

namespace BrokerIm.Gateway;

/// <content>The doors beside the plain TCP port, and what clients are told about where to go.</content>
public sealed partial class GatewayOptions
{
    /// <summary>TCP port of clients over TLS; 0 lets the system choose, -1, the default, leaves it shut. Needs Gateway:Certificate:Path.</summary>
    [Range(-1, 65_535)]
    public int TlsPort { get; set; } = -1;

    /// <summary>
    /// HTTP port of clients: discovery (<c>/msg_server</c>, <c>/discovery</c>) and WebSocket (<c>/ws</c>); 0 lets the system
    /// choose, -1 leaves it shut. Defaults to 8080.
    /// </summary>
    [Range(-1, 65_535)]
    public int HttpPort { get; set; } = 8_080;

    /// <summary>The same over TLS; 0 lets the system choose, -1, the default, leaves it shut. Needs Gateway:Certificate:Path.</summary>
    [Range(-1, 65_535)]
    public int HttpsPort { get; set; } = -1;

    /// <summary>Certificate of both TLS ports: the keys Path, KeyPath and Password below this one.</summary>
    public CertificateOptions Certificate { get; set; } = new();

    /// <summary>How long a TLS handshake may take before the connection is closed. Defaults to 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan TlsHandshakeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// One or two IP addresses, separated by a comma, at which clients reach this gateway's TCP port. Needed behind NAT, in a
    /// container and behind a proxy. Defaults to none: the address the question came in on, and the machine's own for questions
    /// put to another gateway.
    /// </summary>
    public string PublicAddresses { get; set; } = "";

    /// <summary>TCP port that clients are told. Defaults to 0, the port of Gateway:Port.</summary>
    [Range(0, 65_535)]
    public int PublicPort { get; set; }

    /// <summary>
    /// URL at which clients reach the HTTP port, with a slash at the end. Needed behind a proxy that ends TLS. Defaults to none:
    /// the host that the client asked for.
    /// </summary>
    public string HttpUrl { get; set; } = "";

    /// <summary>URL of the picture store that clients are told, with a slash at the end. Defaults to none: that of the HTTP port.</summary>
    public string PictureUrl { get; set; } = "";

    /// <summary>Bookmarks of the clients' discovery tab: the keys Name, Url and Priority below 0, 1, 2 and so on. Defaults to none.</summary>
    public IList<DiscoveryItem> DiscoveryItems { get; set; } = [];

    /// <summary>
    /// Discovery questions answered per second and remote address, with a burst of ten times as many; 0 for no limit. Defaults to 20.
    /// </summary>
    [Range(0, 100_000)]
    public int DiscoveryPerSecond { get; set; } = 20;

    /// <summary>How often this gateway says how many connections it has; a gateway silent for five times as long is not offered. Defaults to 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan OfferInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>HTTP connections at once; a WebSocket counts as a client connection instead. Further ones are closed on arrival. Defaults to 10,000.</summary>
    [Range(1, 1_000_000)]
    public int HttpConnectionsMax { get; set; } = 10_000;

    /// <summary>
    /// Origins, separated by commas, of web pages that may open a WebSocket, such as <c>https://chat.example</c>; <c>*</c> allows
    /// all. Defaults to none: pages from the very host and port that the WebSocket goes to. Clients that are no browser name none.
    /// </summary>
    public string AllowedOrigins { get; set; } = "";

    /// <summary>Bytes of one WebSocket message; more closes the connection with code 1009. Defaults to 1 MiB.</summary>
    [Range(4_096, 1 << 30)]
    public int WebSocketMessageBytesMax { get; set; } = 1024 * 1024;

    /// <summary>How often a WebSocket on which nothing is sent gets a pong, so that proxies do not take it for dead; 0 for never. Defaults to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan WebSocketKeepAlive { get; set; } = TimeSpan.FromSeconds(30);
}
