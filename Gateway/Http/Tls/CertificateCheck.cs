using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http.Tls;

/// <summary>Stops the start when the certificate that is configured cannot be used.</summary>
internal sealed class CertificateCheck : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var certificate = options.Certificate;
        if (certificate.Path.Length == 0)
            return ValidateOptionsResult.Skip;

        try
        {
            var opened = CertificateFile.Read(certificate).Open(certificate.Password);
            opened.TargetCertificate.Dispose();
            return ValidateOptionsResult.Success;
        }
        catch (Exception exception) when (ServerCertificate.IsProblem(exception))
        {
            return ValidateOptionsResult.Fail(
                $"{GatewayOptions.Section}:Certificate:Path is '{certificate.Path}', KeyPath '{certificate.KeyPath}'; allowed are a PEM "
                + $"file with its key, in the same file or at KeyPath, and a PFX file, each with its Password if it has one: {exception.Message}");
        }
    }
}
