using System.Security.Cryptography.X509Certificates;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Http.Tls;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway.Http;

public sealed class ServerCertificateTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly ManualTimeProvider _time = new();
    private readonly MeterReader _meter = new();
    private readonly Lines _log = new();

    [Fact]
    public void End_of_the_certificate_is_announced_once_a_day_from_14_days_before()
    {
        using var issued = TestCertificate.Create("server", _time.GetUtcNow().AddDays(15));
        File.WriteAllBytes(_path, issued.Export(X509ContentType.Pkcs12));
        var certificate = new ServerCertificate(
            Options.Create(new GatewayOptions { Certificate = new() { Path = _path } }), new(_meter.Meter), _time, _log);

        Assert.Equal(TimeSpan.FromDays(15), certificate.Left);
        certificate.WarnOfExpiry();
        Assert.Empty(_log.Levels);

        _time.Advance(TimeSpan.FromDays(1));
        certificate.WarnOfExpiry();
        _time.Advance(TimeSpan.FromHours(1));
        certificate.WarnOfExpiry();
        Assert.Equal([LogLevel.Warning], _log.Levels);

        _time.Advance(TimeSpan.FromDays(14));
        certificate.WarnOfExpiry();
        Assert.Equal([LogLevel.Warning, LogLevel.Error], _log.Levels);
        Assert.True(certificate.Left < TimeSpan.Zero);
    }

    public void Dispose()
    {
        _meter.Dispose();
        File.Delete(_path);
    }

    private sealed class Lines : ILogger<ServerCertificate>
    {
        public List<LogLevel> Levels { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Levels.Add(logLevel);
    }
}
