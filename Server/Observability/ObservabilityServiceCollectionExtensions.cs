using BrokerIm.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BrokerIm.Server.Observability;

/// <summary>OpenTelemetry: metrics for scraping, traces to a collector where one is named.</summary>
internal static class ObservabilityServiceCollectionExtensions
{
    /// <summary>What an operator needs beside our own meter: the platform's, and that of the store's client.</summary>
    private static readonly string[] s_otherMeters = ["System.Runtime", "Microsoft.AspNetCore.Server.Kestrel", "BrokerIm.Cql"];

    /// <summary>Adds the providers; they live as long as the host.</summary>
    public static void AddObservability(this IServiceCollection services, string role)
    {
        services.AddSingleton<PrometheusScrape>();
        services.AddSingleton(provider => Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("brokerim", serviceInstanceId: role))
            .AddMeter([Telemetry.Name, .. s_otherMeters])
            .AddReader(provider.GetRequiredService<PrometheusScrape>().Reader)
            .Build());
        services.AddSingleton<TelemetryLifetime>();
        services.AddHostedService(provider => provider.GetRequiredService<TelemetryLifetime>());

        // The standard variable of the OTLP exporter; without a collector spans would only cost.
        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
        {
            services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => resource.AddService("brokerim", serviceInstanceId: role))
                .AddSource(Telemetry.Name)
                .AddOtlpExporter()
                .Build());
        }
    }

    /// <summary>Brings the providers to life with the host; nothing else asks for them.</summary>
    private sealed class TelemetryLifetime(MeterProvider metrics, TracerProvider? traces = null) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            metrics.ForceFlush();
            traces?.ForceFlush();
            return Task.CompletedTask;
        }
    }
}
