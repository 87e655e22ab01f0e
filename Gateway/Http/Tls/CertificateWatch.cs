using Microsoft.Extensions.Hosting;

namespace BrokerIm.Gateway.Http.Tls;

/// <summary>Looks after the certificate: has it read again when its files change, and its end announced in time.</summary>
/// <remarks>Looking every few seconds sees what file events miss: links, mounts and shares.</remarks>
internal sealed class CertificateWatch : BackgroundService
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ServerCertificate _certificate;
    private readonly PeriodicTimer _tick;

    public CertificateWatch(ServerCertificate certificate, GatewayMetrics metrics, TimeProvider time)
    {
        _certificate = certificate;
        _tick = new(Interval, time);
        if (certificate.IsConfigured)
            metrics.ObserveCertificate(() => certificate.Left.TotalSeconds);
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Here and not with the first handshake, when the files may be about to change.
        if (_certificate.IsConfigured)
            _certificate.WarnOfExpiry();
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _tick.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_certificate.IsConfigured)
            return;

        while (await _tick.WaitForNextTickAsync(stoppingToken))
        {
            _certificate.Refresh();
            _certificate.WarnOfExpiry();
        }
    }
}
