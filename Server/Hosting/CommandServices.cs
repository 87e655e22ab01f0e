using BrokerIm.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Server.Hosting;

/// <summary>What operator commands share with a role: checked settings, a clock and a log.</summary>
internal static class CommandServices
{
    /// <summary>Begins the services of a command.</summary>
    /// <exception cref="SettingsException">The settings do not fit their keys.</exception>
    public static IServiceCollection Of(IConfiguration settings)
    {
        string[] problems = [.. SettingsCheck.Problems(settings)];
        if (problems.Length > 0)
            throw new SettingsException(problems);

        // What a command prints may be read by a program, so the log goes elsewhere.
        return new ServiceCollection()
            .AddLogging(logging => logging
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
                .SetMinimumLevel(LogLevel.Warning))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<RetryForever>();
    }
}
