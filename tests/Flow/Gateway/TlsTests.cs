using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Http.Tls;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>TLS in front of both kinds of clients, and certificates that come and go.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestCertificate _certificate = new("first");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Client_logs_in_over_tls_beside_one_without(SslProtocols protocol)
    {
        await using var host = await GatewayHost.StartAsync(settings: _certificate.Settings);
        await host.AddUserAsync("plain");
        await host.AddUserAsync("secret");

        using var plain = await host.LoginAsync("plain", ClientType.Android);
        using var client = WireClient.Over(await HandshakeAsync(host.Ports.Tls, protocol));
        await client.LoginAsync("secret", ClientType.Android);

        await client.ExpectNothingYetAsync();
        await plain.ExpectNothingYetAsync();
    }

    [Fact]
    public async Task Discovery_and_websockets_come_over_https_too()
    {
        await using var host = await GatewayHost.StartAsync(settings: _certificate.Settings);
        await host.AddUserAsync("u");
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = IsFirst;
        using var http = new HttpClient(handler);

        var answer = await http.GetStringAsync(new Uri($"https://127.0.0.1:{host.Ports.Https}/msg_server"), Token);
        Assert.Contains($"\"msfsPrior\":\"https://127.0.0.1:{host.Ports.Https}/\"", answer, StringComparison.Ordinal);

        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = IsFirst;
        await socket.ConnectAsync(new($"wss://127.0.0.1:{host.Ports.Https}/ws"), Token);
        using var client = WireClient.Over(WebSocketStream.Create(socket, WebSocketMessageType.Binary));
        await client.LoginAsync("u", ClientType.Android);
    }

    [Fact]
    public async Task Replaced_certificate_is_for_new_handshakes_and_open_sessions_stay()
    {
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(time: time, settings: _certificate.Settings);
        await host.AddUserAsync("u");
        var before = await HandshakeAsync(host.Ports.Tls);
        using var client = WireClient.Over(before);
        await client.LoginAsync("u", ClientType.Android);

        _certificate.Replace("second");
        await LookAgainUntilAsync(host, time, "CN=second");

        Assert.Equal("CN=first", before.RemoteCertificate?.Subject);
        await client.ExpectNothingYetAsync();
    }

    [Fact]
    public async Task Certificate_that_cannot_be_used_changes_nothing_and_is_counted_once_until_it_is_right()
    {
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(time: time, settings: _certificate.Settings);

        // A certificate that the key beside it does not belong to: files are replaced one after the other.
        _certificate.ReplaceWithoutKey("other");
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(CertificateWatch.Interval);
            return host.Meter.Sum("im_tls_certificate_refusals_total") == 1;
        });
        for (var look = 0; look < 5; look++)
            time.Advance(CertificateWatch.Interval);
        Assert.Equal("CN=first", await SubjectAsync(host));

        _certificate.Replace("second");
        await LookAgainUntilAsync(host, time, "CN=second");
        Assert.Equal(1, host.Meter.Sum("im_tls_certificate_refusals_total"));
    }

    [Fact]
    public async Task Certificate_that_cannot_be_used_stops_the_start_and_the_message_names_the_key()
    {
        await File.WriteAllTextAsync(_certificate.Path, "no certificate", Token);

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => GatewayHost.StartAsync(settings: _certificate.Settings));

        Assert.Contains($"Gateway:Certificate:Path is '{_certificate.Path}'", Assert.Single(refusal.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handshake_that_is_not_finished_in_time_ends_the_connection()
    {
        await using var host = await GatewayHost.StartAsync(settings: [.. _certificate.Settings, ("TlsHandshakeTimeout", "00:00:01")]);
        using var silent = await WireClient.ConnectAsync(host.Ports.Tls);

        await silent.ExpectClosedAsync();
        Assert.Equal(0, host.Table.Count);
    }

    public void Dispose() => _certificate.Dispose();

    private static bool IsFirst(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate?.Subject == "CN=first";

    private static async Task LookAgainUntilAsync(GatewayHost host, ManualTimeProvider time, string subject) =>
        await Eventually.HoldsAsync(async () =>
        {
            time.Advance(CertificateWatch.Interval);
            return await SubjectAsync(host) == subject;
        });

    private static async Task<string?> SubjectAsync(GatewayHost host)
    {
        await using var stream = await HandshakeAsync(host.Ports.Tls);
        return stream.RemoteCertificate?.Subject;
    }

    private static async Task<SslStream> HandshakeAsync(int port, SslProtocols protocol = SslProtocols.None)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Token);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(
            new()
            {
                TargetHost = "localhost",
                EnabledSslProtocols = protocol,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
            Token);
        return stream;
    }
}
