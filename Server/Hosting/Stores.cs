using BrokerIm.Adapters.Embedded;
using BrokerIm.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Server.Hosting;

/// <summary>The stores alone, for commands that work on them while the server runs or does not.</summary>
internal static class Stores
{
    /// <summary>Opens the stores in a folder, or in the configured one. The caller disposes of the provider.</summary>
    public static ServiceProvider Open(string? dataDirectory)
    {
        var settings = Settings.From(file: null, dataDirectory, []);
        string[] problems = [.. SettingsCheck.Problems(settings)];
        if (problems.Length > 0)
            throw new SettingsException(problems);

        return new ServiceCollection()
            .AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<RetryForever>()
            .AddSqliteStores(settings)
            .BuildServiceProvider();
    }
}
