using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Http.Tls;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Gateway.Http;

public sealed class CertificateFileTests : IDisposable
{
    private const string Password = "a password";
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("brokerim-certificate-").FullName;
    private readonly X509Certificate2 _certificate = TestCertificate.Create("server");

    [Fact]
    public void Pem_with_its_key_in_the_same_file_is_read() =>
        Assert.Equal("CN=server", Open(Write($"{_certificate.ExportCertificatePem()}\n{KeyPem()}")));

    [Fact]
    public void Pem_with_its_key_in_another_file_is_read() =>
        Assert.Equal("CN=server", Open(Write(_certificate.ExportCertificatePem()), Write(KeyPem())));

    [Fact]
    public void Pem_with_a_key_under_a_password_is_read()
    {
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterationCount: 1);
        var key = _certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(Password, encryption);

        Assert.Equal("CN=server", Open(Write(_certificate.ExportCertificatePem()), Write(key), Password));
    }

    [Fact]
    public void Pfx_is_read_with_its_password_and_not_without()
    {
        var path = Write(_certificate.Export(X509ContentType.Pkcs12, Password));

        Assert.Equal("CN=server", Open(path, password: Password));
        Assert.ThrowsAny<CryptographicException>(() => Open(path, password: "another"));
    }

    [Fact]
    public void Certificates_in_between_go_along()
    {
        using var root = TestCertificate.CreateAuthority("root", issuer: null);
        using var between = TestCertificate.CreateAuthority("between", root);
        using var leaf = TestCertificate.CreateAuthority("leaf", between);
        var key = leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        var path = Write($"{leaf.ExportCertificatePem()}\n{between.ExportCertificatePem()}\n{key}");

        var opened = CertificateFile.Read(new() { Path = path }).Open("");

        Assert.Equal("CN=between", Assert.Single(opened.IntermediateCertificates).Subject);
    }

    [Fact]
    public void Key_of_another_certificate_and_missing_files_are_named_with_their_key()
    {
        using var other = TestCertificate.Create("other");
        var mismatch = Check(Write(_certificate.ExportCertificatePem()), Write(other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()));
        var missing = Check(Path.Combine(_folder, "nowhere.pem"), "");

        Assert.All([mismatch, missing], failure => Assert.StartsWith("Gateway:Certificate:Path is '", failure, StringComparison.Ordinal));
    }

    [Fact]
    public void Same_bytes_are_the_same_and_others_are_not()
    {
        var path = Write("one");
        var read = CertificateFile.Read(new() { Path = path });

        Assert.True(CertificateFile.Read(new() { Path = path }).IsSame(read));
        File.WriteAllText(path, "two");
        Assert.False(CertificateFile.Read(new() { Path = path }).IsSame(read));
    }

    public void Dispose()
    {
        _certificate.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private static string? Open(string path, string keyPath = "", string password = "") =>
        CertificateFile.Read(new() { Path = path, KeyPath = keyPath }).Open(password).TargetCertificate.Subject;

    private static string Check(string path, string keyPath)
    {
        var options = new GatewayOptions { Certificate = new() { Path = path, KeyPath = keyPath } };
        return new CertificateCheck().Validate(null, options).FailureMessage!;
    }

    private string KeyPem() => _certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();

    private string Write(string text) => Write(System.Text.Encoding.ASCII.GetBytes(text));

    private string Write(byte[] bytes)
    {
        var path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
