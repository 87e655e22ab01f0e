using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Wire;

/// <summary>Encrypted connections, to a node whose certificate is made for the test.</summary>
public sealed class TlsTests
{
    private const string Host = "node.example";

    [Fact]
    public async Task Trusted_node_is_asked_over_tls()
    {
        using var certificate = Certificate();
        await using var node = new FakeNode(AnswerAsync, certificate);

        await using var connection = await OpenAsync(node, Trusting(certificate, Host));
        using var rows = await connection.ExecuteAsync(new CqlStatement("SELECT 1"), Patience.Deadline, Patience.Token);

        Assert.True(rows.Read());
        Assert.Equal("over tls", rows.GetString(0));
    }

    [Fact]
    public async Task Node_that_nobody_vouches_for_is_refused()
    {
        using var certificate = Certificate();
        await using var node = new FakeNode(AnswerAsync, certificate);

        await Assert.ThrowsAsync<CqlConnectionException>(() => OpenAsync(node, new() { TargetHost = Host }));
    }

    [Fact]
    public async Task Node_with_another_name_is_refused()
    {
        using var certificate = Certificate();
        await using var node = new FakeNode(AnswerAsync, certificate);

        await Assert.ThrowsAsync<CqlConnectionException>(() => OpenAsync(node, Trusting(certificate, "other.example")));
    }

    private static async ValueTask AnswerAsync(FakeRequest request, FakePeer peer)
    {
        await FakeNode.AnswerHandshakeAsync(request, peer);
        if (request.Opcode == Opcode.Query)
            await peer.SendAsync(request.Stream, Opcode.Result, FakeNode.TextRow("over tls"));
    }

    private static async Task<CqlConnection> OpenAsync(FakeNode node, SslClientAuthenticationOptions tls) =>
        await CqlConnection.OpenAsync(node.EndPoint, new CqlOptions { Tls = tls }, version: null, onEvent: null, Patience.Token);

    private static SslClientAuthenticationOptions Trusting(X509Certificate2 certificate, string host)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(certificate);
        return new() { TargetHost = host, CertificateChainPolicy = policy };
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // A key that was never stored anywhere cannot be used for TLS everywhere; this form can.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
