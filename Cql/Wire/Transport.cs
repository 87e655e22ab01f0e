using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace BrokerIm.Cql.Wire;

/// <summary>Opens the byte stream to a node: TCP, and TLS on it where the options ask for it.</summary>
internal static class Transport
{
    public static async ValueTask<Stream> OpenAsync(EndPoint node, CqlOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            await socket.ConnectAsync(node, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return options.Tls is { } tls ? await SecureAsync(stream, node, tls, cancellationToken) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<Stream> SecureAsync(
        NetworkStream plain, EndPoint node, SslClientAuthenticationOptions settings, CancellationToken cancellationToken)
    {
        var stream = new SslStream(plain);
        try
        {
            await stream.AuthenticateAsClientAsync(For(node, settings), cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static SslClientAuthenticationOptions For(EndPoint node, SslClientAuthenticationOptions settings) => new()
    {
        TargetHost = settings.TargetHost ?? (node switch
        {
            DnsEndPoint named => named.Host,
            IPEndPoint numbered => numbered.Address.ToString(),
            _ => throw new NotSupportedException($"No TLS to {node}."),
        }),
        AllowRenegotiation = settings.AllowRenegotiation,
        AllowTlsResume = settings.AllowTlsResume,
        CertificateChainPolicy = settings.CertificateChainPolicy,
        CertificateRevocationCheckMode = settings.CertificateRevocationCheckMode,
        CipherSuitesPolicy = settings.CipherSuitesPolicy,
        ClientCertificateContext = settings.ClientCertificateContext,
        ClientCertificates = settings.ClientCertificates,
        EnabledSslProtocols = settings.EnabledSslProtocols,
        EncryptionPolicy = settings.EncryptionPolicy,
        LocalCertificateSelectionCallback = settings.LocalCertificateSelectionCallback,
        RemoteCertificateValidationCallback = settings.RemoteCertificateValidationCallback,
    };
}
