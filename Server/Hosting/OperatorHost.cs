using BrokerIm.Adapters.Embedded;
using BrokerIm.Adapters.Production;
using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core;
using BrokerIm.Workers.Persist;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Server.Hosting;

/// <summary>
/// Log and stores for commands that bring something into the log. In an installation with brokers a Persist worker takes it up; an
/// embedded store's log lives in its one process, and this process is that one for the moment, so the server must not run.
/// </summary>
internal static class OperatorHost
{
    /// <summary>Whether the settings mean the embedded adapters: where Cassandra is not configured.</summary>
    public static bool IsEmbedded(IConfiguration settings, bool embedded) =>
        embedded || !settings.GetSection(CassandraOptions.Section).GetChildren().Any();

    /// <summary>Opens and starts it.</summary>
    /// <param name="settings">Read from every source.</param>
    /// <param name="embedded">Whether the embedded adapters are meant whatever is configured.</param>
    /// <param name="cancellationToken">Gives up waiting for the services.</param>
    /// <param name="more">Adds what the command needs besides.</param>
    /// <exception cref="InvalidOperationException">An embedded server runs on that data.</exception>
    public static async Task<IHost> OpenAsync(
        IConfiguration settings, bool embedded, CancellationToken cancellationToken, Action<IServiceCollection>? more = null)
    {
        string[] problems = [.. SettingsCheck.Problems(settings)];
        if (problems.Length > 0)
            throw new SettingsException(problems);

        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(LogLevel.Warning);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<RetryForever>();
        _ = IsEmbedded(settings, embedded)
            ? builder.Services.AddEmbeddedAdapters(settings).AddPersist(settings)
            : builder.Services.AddProductionAdapters(settings);
        more?.Invoke(builder.Services);
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }
}
