using System.Net;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Http;

/// <summary>What the edge logs: 204x HTTP and discovery, 205x TLS.</summary>
internal static partial class EdgeLog
{
    [LoggerMessage(2040, LogLevel.Information, "Clients are sent to this gateway, port {Port} of {Addresses}")]
    public static partial void Offered(this ILogger log, int port, string addresses);

    [LoggerMessage(2041, LogLevel.Warning, "This gateway is not ready: {Why}; clients are sent elsewhere until it is")]
    public static partial void NotOffered(this ILogger log, string why);

    [LoggerMessage(2042, LogLevel.Warning, "What this gateway offers to clients could not be said; trying again")]
    public static partial void OfferNotMade(this ILogger log, Exception exception);

    [LoggerMessage(2043, LogLevel.Warning, "The offers of other gateways could not be read; going by what was read before")]
    public static partial void OffersNotRead(this ILogger log, Exception exception);

    [LoggerMessage(2044, LogLevel.Information, "WebSocket from {Remote} refused: origin {Origin} is not among Gateway:AllowedOrigins")]
    public static partial void OriginRefused(this ILogger log, IPAddress? remote, string? origin);

    [LoggerMessage(2050, LogLevel.Information, "New TLS certificate from {Path}, good until {Expiry:u}")]
    public static partial void CertificateTaken(this ILogger log, string path, DateTimeOffset expiry);

    [LoggerMessage(2051, LogLevel.Error, "The TLS certificate in {Path} cannot be used; the one before stays in use")]
    public static partial void CertificateRefused(this ILogger log, Exception exception, string path);

    [LoggerMessage(2052, LogLevel.Warning, "The TLS certificate in {Path} ends at {Expiry:u}")]
    public static partial void CertificateEndsSoon(this ILogger log, string path, DateTimeOffset expiry);

    [LoggerMessage(2053, LogLevel.Error, "The TLS certificate in {Path} has ended at {Expiry:u}; clients refuse it")]
    public static partial void CertificateEnded(this ILogger log, string path, DateTimeOffset expiry);
}
