using System.CommandLine;
using BrokerIm.Server.Hosting;

namespace BrokerIm.Server.Commands;

/// <summary>The commands that run the server.</summary>
internal static class RoleCommands
{
    private static readonly Option<FileInfo?> s_config = new("--config")
    {
        Description = "JSON file with settings. Environment variables BROKERIM_Section__Key go over it, --set over both.",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> s_set = new("--set")
    {
        Description = "One setting, as Section:Key=Value. May be repeated.",
        HelpName = "KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string?> s_data = new("--data")
    {
        Description = "Folder of the embedded store. Defaults to ./data.",
        HelpName = "DIR",
    };

    /// <summary><c>brokerim embedded</c>: everything in one process.</summary>
    public static Command Embedded()
    {
        var demo = new Option<bool>("--demo")
        {
            Description = "Create the accounts alice, bob and carol (password: demo), and say what to type next.",
        };
        var command = new Command("embedded", "Runs the whole server in one process, with SQLite and an in-process bus.")
        {
            demo, s_data, s_config, s_set,
        };
        command.SetAction((arguments, cancellationToken) => RoleHost.RunAsync(
            "embedded", Settings.From(arguments.GetValue(s_config), arguments.GetValue(s_data), arguments.GetValue(s_set)!),
            arguments.GetValue(demo), cancellationToken));
        return command;
    }

    /// <summary>One role as a process of its own, on real brokers.</summary>
    public static Command Role(string name, string description)
    {
        var command = new Command(name, description) { s_data, s_config, s_set };
        command.SetAction((arguments, cancellationToken) => RoleHost.RunAsync(
            name, Settings.From(arguments.GetValue(s_config), arguments.GetValue(s_data), arguments.GetValue(s_set)!),
            demo: false, cancellationToken));
        return command;
    }
}
