using System.Net.Security;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http.Tls;

/// <summary>
/// The certificate that handshakes get. A changed file takes effect with the next handshake, and connections that are open keep
/// what they have; a file that is no certificate changes nothing.
/// </summary>
internal sealed class ServerCertificate
{
    private static readonly TimeSpan s_warnBefore = TimeSpan.FromDays(14);
    private static readonly TimeSpan s_warnEvery = TimeSpan.FromDays(1);

    private readonly CertificateOptions _options;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lazy<SslStreamCertificateContext> _first;
    private volatile SslStreamCertificateContext? _replacement;
    private CertificateFile? _seen;
    private string? _problem;
    private DateTimeOffset _warned;

    public ServerCertificate(
        IOptions<GatewayOptions> options, GatewayMetrics metrics, TimeProvider time, ILogger<ServerCertificate> log)
    {
        _options = options.Value.Certificate;
        _metrics = metrics;
        _time = time;
        _log = log;
        _first = new(Open);
    }

    /// <summary>Whether there is one.</summary>
    public bool IsConfigured => _options.Path.Length > 0;

    /// <summary>What the next handshake gets.</summary>
    /// <exception cref="CryptographicException">The first one cannot be opened; <see cref="CertificateCheck"/> has said so at start.</exception>
    public SslStreamCertificateContext Current => _replacement ?? _first.Value;

    /// <summary>When it ends.</summary>
    public DateTimeOffset Expiry => Current.TargetCertificate.NotAfter;

    /// <summary>Time left; negative once it has ended.</summary>
    public TimeSpan Left => Expiry - _time.GetUtcNow();

    /// <summary>Looks at the files and takes what is new.</summary>
    public void Refresh()
    {
        try
        {
            var file = CertificateFile.Read(_options);
            if (file.IsSame(_seen))
                return;

            // A file that is half written is looked at again once it has changed.
            _seen = file;
            _replacement = file.Open(_options.Password);
            _problem = null;
            _log.CertificateTaken(_options.Path, Expiry);
        }
        catch (Exception exception) when (IsProblem(exception))
        {
            // Files are replaced one after the other; the same complaint need not be heard twice.
            if (_problem == exception.Message)
                return;
            _problem = exception.Message;
            _metrics.CertificateRefused();
            _log.CertificateRefused(exception, _options.Path);
        }
    }

    /// <summary>Says once a day that the certificate ends soon, or has ended.</summary>
    public void WarnOfExpiry()
    {
        var now = _time.GetUtcNow();
        if (Left > s_warnBefore || now - _warned < s_warnEvery)
            return;
        _warned = now;
        if (Left > TimeSpan.Zero)
            _log.CertificateEndsSoon(_options.Path, Expiry);
        else
            _log.CertificateEnded(_options.Path, Expiry);
    }

    /// <summary>What reading and opening the files may end in.</summary>
    public static bool IsProblem(Exception exception) =>
        exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    private SslStreamCertificateContext Open()
    {
        _seen = CertificateFile.Read(_options);
        return _seen.Open(_options.Password);
    }
}
