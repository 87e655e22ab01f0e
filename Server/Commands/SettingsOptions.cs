using System.CommandLine;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace BrokerIm.Server.Commands;

/// <summary>Where a command's settings come from, the same for every command that has any.</summary>
internal sealed class SettingsOptions
{
    private readonly Option<FileInfo?> _config = new("--config")
    {
        Description = "JSON file with settings. Environment variables BROKERIM_Section__Key go over it, --set over both.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "One setting, as Section:Key=Value. May be repeated.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _data = new("--data")
    {
        Description = "Folder of the embedded store. Defaults to ./data.",
        HelpName = "DIR",
    };

    private SettingsOptions()
    {
    }

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">Which.</param>
    /// <param name="withData">Whether the command may work on an embedded store.</param>
    public static SettingsOptions AddTo(Command command, bool withData = true)
    {
        var options = new SettingsOptions();
        if (withData)
            command.Options.Add(options._data);
        command.Options.Add(options._config);
        command.Options.Add(options._set);
        return options;
    }

    /// <summary>Reads every source.</summary>
    /// <exception cref="SettingsException">The file is missing or no JSON, or an override is not KEY=VALUE.</exception>
    public IConfigurationRoot Read(ParseResult arguments) =>
        Settings.From(arguments.GetValue(_config), arguments.GetValue(_data), arguments.GetValue(_set) ?? []);

    /// <summary>Whether the command line names the embedded store.</summary>
    public bool NameEmbeddedStore(ParseResult arguments) => arguments.GetValue(_data) is not null;
}
