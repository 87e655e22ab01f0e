using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BrokerIm.Gateway.Http;

/// <summary>Where clients come in. Ports that the system chooses are known once the server listens.</summary>
internal sealed class ClientPorts
{
    private ListenOptions? _tcp;
    private ListenOptions? _tls;
    private ListenOptions? _http;
    private ListenOptions? _https;

    public int Tcp => PortOf(_tcp);

    public int Tls => PortOf(_tls);

    public int Http => PortOf(_http);

    public int Https => PortOf(_https);

    public void NoteTcp(ListenOptions listen) => _tcp = listen;

    public void NoteTls(ListenOptions listen) => _tls = listen;

    public void NoteHttp(ListenOptions listen) => _http = listen;

    public void NoteHttps(ListenOptions listen) => _https = listen;

    private static int PortOf(ListenOptions? listen) =>
        listen?.IPEndPoint?.Port ?? throw new InvalidOperationException("This port is shut.");
}
