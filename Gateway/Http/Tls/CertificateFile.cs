using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace BrokerIm.Gateway.Http.Tls;

/// <summary>What the files of a certificate held when they were read.</summary>
/// <param name="Certificate">Bytes of the certificate's file.</param>
/// <param name="Key">Bytes of the key's file; empty where there is none.</param>
internal sealed record CertificateFile(byte[] Certificate, byte[] Key)
{
    private const string PemMark = "-----BEGIN ";

    /// <summary>Reads the files; few bytes, so comparing them is the simplest way to see a change, links and mounts included.</summary>
    /// <exception cref="IOException">A file cannot be read; also <see cref="UnauthorizedAccessException"/>.</exception>
    public static CertificateFile Read(CertificateOptions options) => new(
        File.ReadAllBytes(options.Path), options.KeyPath.Length == 0 ? [] : File.ReadAllBytes(options.KeyPath));

    /// <summary>Whether another reading gave the same.</summary>
    public bool IsSame(CertificateFile? other) =>
        other is not null && Certificate.AsSpan().SequenceEqual(other.Certificate) && Key.AsSpan().SequenceEqual(other.Key);

    /// <summary>The certificate with its key and what stands between it and its authority.</summary>
    /// <exception cref="CryptographicException">It is no certificate, the key is not its own, or the password is wrong.</exception>
    public SslStreamCertificateContext Open(string password)
    {
        var text = Encoding.Latin1.GetString(Certificate);
        return text.Contains(PemMark, StringComparison.Ordinal) ? OpenPem(text, password) : OpenPfx(password);
    }

    private SslStreamCertificateContext OpenPem(string text, string password)
    {
        var key = Key.Length == 0 ? text : Encoding.Latin1.GetString(Key);
        var leaf = password.Length == 0
            ? X509Certificate2.CreateFromPem(text, key)
            : X509Certificate2.CreateFromEncryptedPem(text, key, password);
        var all = new X509Certificate2Collection();
        all.ImportFromPem(text);
        return Context(leaf, all);
    }

    private SslStreamCertificateContext OpenPfx(string password)
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(Certificate, password);
        var leaf = all.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? throw new CryptographicException("The file holds no certificate with its private key.");
        return Context(leaf, all);
    }

    private static SslStreamCertificateContext Context(X509Certificate2 leaf, X509Certificate2Collection all)
    {
        // Windows cannot use a key that was never in a container.
        if (OperatingSystem.IsWindows())
            leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), password: null);
        var between = all.Where(certificate => certificate.Thumbprint != leaf.Thumbprint);

        // Offline: a handshake must not wait for somebody else's server.
        return SslStreamCertificateContext.Create(leaf, [.. between], offline: true);
    }
}
