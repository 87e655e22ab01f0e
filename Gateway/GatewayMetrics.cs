using System.Diagnostics.Metrics;
using System.Globalization;

namespace BrokerIm.Gateway;

/// <summary>What the connection layer counts.</summary>
/// <param name="meter"><see cref="Core.Telemetry.Meter"/>, or one of a test's own.</param>
internal sealed class GatewayMetrics(Meter meter)
{
    // Only commands that are mapped come here, and all of them lie below 0x0800.
    private static readonly string[] CommandLabels =
        [.. Enumerable.Range(0, 0x0800).Select(command => string.Create(CultureInfo.InvariantCulture, $"0x{command:x4}"))];

    private readonly Counter<long> _frames = meter.CreateCounter<long>(
        "im_frames_total", description: "Commands taken up, by direction and command.");

    private readonly Counter<long> _frameRejects = meter.CreateCounter<long>(
        "im_frame_rejects_total", description: "Frames and commands that were not handled, by reason.");

    private readonly Counter<long> _connectionRefusals = meter.CreateCounter<long>(
        "im_connections_refused_total", description: "Connections closed on arrival, by reason.");

    private readonly Counter<long> _connectionCloses = meter.CreateCounter<long>(
        "im_connections_closed_total", description: "Connections that ended, by reason.");

    private readonly Counter<long> _logins = meter.CreateCounter<long>(
        "im_logins_total", description: "Login requests, by result.");

    private readonly Counter<long> _resumes = meter.CreateCounter<long>(
        "im_resumes_total", description: "Logins with a resume token, by result.");

    private readonly Counter<long> _kicks = meter.CreateCounter<long>(
        "im_session_kicks_total", description: "Sessions that were sent away, by reason.");

    private readonly Counter<long> _slowReaders = meter.CreateCounter<long>(
        "im_slow_consumer_closes_total", description: "Connections closed because the client does not read.");

    private readonly Counter<long> _slowedMessages = meter.CreateCounter<long>(
        "im_messages_slowed_total", description: "Messages and changes that had to wait for the connection's rate limit.");

    private readonly Counter<long> _lostSignals = meter.CreateCounter<long>(
        "im_signals_lost_total", description: "Signals to other gateways that could not be sent.");

    private readonly Histogram<double> _derivations = meter.CreateHistogram<double>(
        "im_kdf_seconds", "s", "Time to derive one password.");

    private readonly Histogram<double> _derivationWaits = meter.CreateHistogram<double>(
        "im_kdf_queue_wait_seconds", "s", "Time a login waited for its turn to derive a password.");

    private readonly Counter<long> _discoveries = meter.CreateCounter<long>(
        "im_discovery_total", description: "Questions of clients where to connect to, by result.");

    private readonly Counter<long> _certificateRefusals = meter.CreateCounter<long>(
        "im_tls_certificate_refusals_total", description: "Changed certificate files that could not be used.");

    public void CommandReceived(ushort command)
    {
        if (_frames.Enabled)
            _frames.Add(1, new("dir", "in"), new("cmd", CommandLabels[command]));
    }

    public void FrameRejected(string reason) => _frameRejects.Add(1, Label("reason", reason));

    public void ConnectionRefused(string reason) => _connectionRefusals.Add(1, Label("reason", reason));

    public void ConnectionClosed(string reason) => _connectionCloses.Add(1, Label("reason", reason));

    public void LoginAnswered(string result) => _logins.Add(1, Label("result", result));

    public void Resumed(bool isGood) => _resumes.Add(1, Label("result", isGood ? "ok" : "refused"));

    public void SessionKicked(string reason) => _kicks.Add(1, Label("reason", reason));

    public void SlowReaderClosed() => _slowReaders.Add(1);

    public void MessageSlowed() => _slowedMessages.Add(1);

    public void SignalsLost(int count) => _lostSignals.Add(count);

    public void PasswordDerived(TimeSpan took) => _derivations.Record(took.TotalSeconds);

    public void PasswordWaited(TimeSpan took) => _derivationWaits.Record(took.TotalSeconds);

    public void DiscoveryAnswered(string result) => _discoveries.Add(1, Label("result", result));

    public void CertificateRefused() => _certificateRefusals.Add(1);

    /// <summary>Registers the gauge of the time that the TLS certificate is still good for.</summary>
    public void ObserveCertificate(Func<double> secondsLeft) => meter.CreateObservableGauge(
        "im_tls_certificate_expiry_seconds", secondsLeft, "s", "Time until the TLS certificate ends; negative once it has.");

    /// <summary>Registers the gauge of present connections.</summary>
    public void ObserveConnections(Func<IEnumerable<Measurement<int>>> count) => meter.CreateObservableGauge(
        "im_connections", count, description: "Connections, by client type and state.");

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
