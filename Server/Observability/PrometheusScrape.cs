using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace BrokerIm.Server.Observability;

/// <summary>Collects every metric when somebody scrapes, and writes it in Prometheus' text format.</summary>
/// <remarks>OpenTelemetry's own Prometheus exporter is still a pre-release; this is the part of it that we use.</remarks>
internal sealed class PrometheusScrape : IDisposable
{
    private readonly Lock _oneAtATime = new();
    private readonly TextExporter _exporter = new();

    public PrometheusScrape() => Reader = new BaseExportingMetricReader(_exporter)
    {
        TemporalityPreference = MetricReaderTemporalityPreference.Cumulative,
    };

    /// <summary>To be added to the meter provider.</summary>
    public BaseExportingMetricReader Reader { get; }

    /// <summary>The current values.</summary>
    public string Collect()
    {
        lock (_oneAtATime)
        {
            // A pull exporter collects only when it is asked itself; the reader's own Collect would do nothing.
            _exporter.Collect!(Timeout.Infinite);
            return _exporter.Text;
        }
    }

    public void Dispose() => Reader.Dispose();

    [ExportModes(ExportModes.Pull)]
    private sealed class TextExporter : BaseExporter<Metric>, IPullMetricExporter
    {
        public string Text { get; private set; } = "";

        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var writer = new PrometheusText();
            foreach (var metric in batch)
                writer.Write(metric);
            Text = writer.ToString();
            return ExportResult.Success;
        }
    }
}
