using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BrokerIm.Tests.Support;

/// <summary>A certificate of a test's own for this machine, and files to keep it in.</summary>
internal sealed class TestCertificate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("brokerim-tls-").FullName;

    public TestCertificate(string name = "first") => Replace(name);

    public string Path => System.IO.Path.Combine(_folder, "server.pem");

    public string KeyPath => System.IO.Path.Combine(_folder, "server.key");

    /// <summary>The settings of a gateway with this certificate, and both TLS ports open.</summary>
    public (string Key, string Value)[] Settings =>
        [("TlsPort", "0"), ("HttpsPort", "0"), ("Certificate:Path", Path), ("Certificate:KeyPath", KeyPath)];

    /// <summary>Puts another certificate into the same files.</summary>
    public void Replace(string name)
    {
        using var certificate = Create(name);
        Put(KeyPath, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Put(Path, certificate.ExportCertificatePem());
    }

    /// <summary>Puts another certificate into its file and leaves the key, which then belongs to no certificate.</summary>
    public void ReplaceWithoutKey(string name)
    {
        using var certificate = Create(name);
        Put(Path, certificate.ExportCertificatePem());
    }

    /// <summary>A certificate signed by itself, with its key.</summary>
    public static X509Certificate2 Create(string name, DateTimeOffset? expiry = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var end = expiry ?? DateTimeOffset.UtcNow.AddYears(1);
        return request.CreateSelfSigned(end.AddYears(-2), end);
    }

    /// <summary>A certificate that may sign others, with its key, signed by the issuer or by itself.</summary>
    public static X509Certificate2 CreateAuthority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (issuer is null)
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));

        using var signed = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, Guid.NewGuid().ToByteArray());
        return signed.CopyWithPrivateKey(key);
    }

    // In one step: whoever looks meanwhile sees the old file or the new one.
    private static void Put(string path, string text)
    {
        File.WriteAllText($"{path}.new", text);
        File.Move($"{path}.new", path, overwrite: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
