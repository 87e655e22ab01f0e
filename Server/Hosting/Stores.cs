using BrokerIm.Adapters.Embedded;
using BrokerIm.Adapters.Production;
using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Server.Hosting;

/// <summary>The stores alone, for commands that work on them while the server runs or does not.</summary>
internal static class Stores
{
    /// <summary>Opens the stores: those in Cassandra where it is configured, else the embedded ones. The caller disposes of the provider.</summary>
    /// <param name="settings">Read from every source.</param>
    /// <param name="embedded">Whether the embedded ones are meant whatever is configured.</param>
    public static ServiceProvider Open(IConfiguration settings, bool embedded)
    {
        string[] problems = [.. SettingsCheck.Problems(settings)];
        if (problems.Length > 0)
            throw new SettingsException(problems);

        var services = new ServiceCollection()
            .AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<RetryForever>();
        _ = embedded || !settings.GetSection(CassandraOptions.Section).GetChildren().Any()
            ? services.AddSqliteStores(settings)
            : services.AddCassandraStores(settings);
        return services.BuildServiceProvider();
    }
}
