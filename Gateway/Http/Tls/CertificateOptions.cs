namespace BrokerIm.Gateway.Http.Tls;

/// <summary>The files of a certificate, from <c>Gateway:Certificate</c>. They are read again when they change.</summary>
public sealed class CertificateOptions
{
    /// <summary>PEM file, the server's own certificate first and those between it and the authority after it, or PFX file.</summary>
    public string Path { get; set; } = "";

    /// <summary>PEM file of the private key, where it is not in the same file.</summary>
    public string KeyPath { get; set; } = "";

    /// <summary>Password of the PFX file or of the key; better given as an environment variable.</summary>
    public string Password { get; set; } = "";
}
