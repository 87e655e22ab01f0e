using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using BrokerIm.Gateway.Connections;
using BrokerIm.Gateway.Http;
using BrokerIm.Gateway.Http.Tls;
using BrokerIm.Gateway.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway;

/// <summary>Where clients come in.</summary>
public static class GatewayEndpoints
{
    /// <summary>Value of <see cref="GatewayOptions.Address"/> that listens on every address.</summary>
    public const string AnyAddress = "any";

    private const int HeadersBytesMax = 8 * 1024;
    private const int HeadersMax = 64;
    private const int RequestLineBytesMax = 4 * 1024;
    private static readonly TimeSpan s_headersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_httpIdleLimit = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Binds the client ports of <see cref="GatewayOptions"/> on Kestrel; call it inside <c>ConfigureKestrel</c>. Its limits on HTTP
    /// requests hold for all ports of the process; <see cref="ClientHttpExtensions.UseClientHttp"/> answers on the HTTP ports.
    /// </summary>
    public static KestrelServerOptions ListenForClients(this KestrelServerOptions kestrel)
    {
        var services = kestrel.ApplicationServices;
        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var ports = services.GetRequiredService<ClientPorts>();
        var listen = new Listening(kestrel, options.Address);

        if (options.Transport == TcpTransport.Lean)
            listen.LeanOn(options.Port, ports.NoteTcp, ServeFrames);
        else
            listen.On(options.Port, ports.NoteTcp, ServeFrames);
        listen.On(options.TlsPort, ports.NoteTls, Encrypt, ServeFrames);
        listen.On(options.HttpPort, ports.NoteHttp, GuardHttp);
        listen.On(options.HttpsPort, ports.NoteHttps, GuardHttp, Encrypt);
        LimitRequests(kestrel.Limits);
        return kestrel;
    }

    /// <summary>Ports on which this gateway is to listen, with the keys that set them.</summary>
    public static IEnumerable<(string Key, int Port)> PortsOf(GatewayOptions options) => new[]
    {
        (nameof(options.Port), options.Port), (nameof(options.TlsPort), options.TlsPort),
        (nameof(options.HttpPort), options.HttpPort), (nameof(options.HttpsPort), options.HttpsPort),
    }.Select(port => ($"{GatewayOptions.Section}:{port.Item1}", port.Item2));

    internal static bool IsAddress(string text) => text == AnyAddress || IPAddress.TryParse(text, out _);

    private static void ServeFrames(ListenOptions listen) => listen.UseConnectionHandler<GatewayConnectionHandler>();

    private static void GuardHttp(ListenOptions listen)
    {
        // Neither old clients nor WebSockets gain anything by HTTP/2, and attacks on it do.
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(listen.ApplicationServices.GetRequiredService<HttpDoor>().Guard);
    }

    private static void Encrypt(ListenOptions listen)
    {
        var certificate = listen.ApplicationServices.GetRequiredService<ServerCertificate>();
        var options = listen.ApplicationServices.GetRequiredService<IOptions<GatewayOptions>>().Value;
        listen.Protocols = HttpProtocols.Http1;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = options.TlsHandshakeTimeout,
            OnConnection = _ => new(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate.Current,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                AllowRenegotiation = false,
            }),
        });
    }

    private static void LimitRequests(KestrelServerLimits limits)
    {
        limits.MaxRequestHeadersTotalSize = HeadersBytesMax;
        limits.MaxRequestHeaderCount = HeadersMax;
        limits.MaxRequestLineSize = RequestLineBytesMax;
        limits.RequestHeadersTimeout = s_headersTimeout;
        limits.KeepAliveTimeout = s_httpIdleLimit;
    }

    private sealed class Listening(KestrelServerOptions kestrel, string address)
    {
        public void On(int port, params Action<ListenOptions>[] steps)
        {
            if (port < 0)
                return;
            if (address == AnyAddress)
                kestrel.ListenAnyIP(port, All(steps));
            else
                kestrel.Listen(IPAddress.Parse(address), port, All(steps));
        }

        public void LeanOn(int port, params Action<ListenOptions>[] steps) =>
            kestrel.Listen(address == AnyAddress ? LeanEndPoint.Any(port) : new LeanEndPoint(IPAddress.Parse(address), port), All(steps));

        private static Action<ListenOptions> All(Action<ListenOptions>[] steps) => listen =>
        {
            foreach (var step in steps)
                step(listen);
        };
    }
}
