using BrokerIm.Adapters.Embedded;
using BrokerIm.Adapters.Production;
using BrokerIm.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Server.Hosting;

/// <summary>The stores alone, for commands that work on them while the server runs or does not.</summary>
internal static class Stores
{
    /// <summary>
    /// Opens the stores: those in Cassandra where it is configured, else the embedded ones. They are checked as a role checks them
    /// before it starts. The caller disposes of the provider.
    /// </summary>
    /// <param name="settings">Read from every source.</param>
    /// <param name="embedded">Whether the embedded ones are meant whatever is configured.</param>
    /// <param name="cancellationToken">Gives up waiting for Cassandra.</param>
    /// <param name="alone">Whether no embedded server may run on the stores until the provider is disposed of.</param>
    /// <param name="log">Whether what is kept of the inbound log is to be had too.</param>
    /// <exception cref="InvalidOperationException">An embedded server runs on them, and none may.</exception>
    public static async Task<ServiceProvider> OpenAsync(
        IConfiguration settings, bool embedded, CancellationToken cancellationToken, bool alone = false, bool log = false)
    {
        string[] problems = [.. SettingsCheck.Problems(settings)];
        if (problems.Length > 0)
            throw new SettingsException(problems);

        var services = new ServiceCollection()
            // What a command prints may be read by a program, so the log goes elsewhere.
            .AddLogging(logging => logging
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
                .SetMinimumLevel(LogLevel.Warning))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<RetryForever>();
        if (OperatorHost.IsEmbedded(settings, embedded))
            services.AddSqliteStores(settings, alone);
        else if (log)
            services.AddCassandraStores(settings).AddInboundHistory(settings);
        else
            services.AddCassandraStores(settings);
        var provider = services.BuildServiceProvider();
        try
        {
            foreach (var check in provider.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
                await check.StartingAsync(cancellationToken);
            foreach (var service in provider.GetServices<IHostedService>())
                await service.StartAsync(cancellationToken);
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }
}
