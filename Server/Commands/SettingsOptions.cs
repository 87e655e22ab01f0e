using System.CommandLine;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace BrokerIm.Server.Commands;

/// <summary>Where a command takes its settings from, in the same words for all of them.</summary>
internal static class SettingsOptions
{
    /// <summary>A file.</summary>
    public static Option<FileInfo?> Config { get; } = new("--config")
    {
        Description = "JSON file with settings. Environment variables BROKERIM_Section__Key go over it, --set over both.",
        HelpName = "FILE",
    };

    /// <summary>Single settings.</summary>
    public static Option<string[]> Set { get; } = new("--set")
    {
        Description = "One setting, as Section:Key=Value. May be repeated.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Folder of the embedded store.</summary>
    public static Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder of the embedded store. Defaults to ./data.",
        HelpName = "DIR",
    };

    /// <summary>All that the command line, the environment and the file say.</summary>
    /// <exception cref="SettingsException">The file is missing or no JSON, or an override is not KEY=VALUE.</exception>
    public static IConfigurationRoot Read(ParseResult arguments, bool withData) => Settings.From(
        arguments.GetValue(Config), withData ? arguments.GetValue(Data) : null, arguments.GetValue(Set)!);
}
