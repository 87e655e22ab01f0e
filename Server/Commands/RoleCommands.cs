using System.CommandLine;
using BrokerIm.Server.Hosting;

namespace BrokerIm.Server.Commands;

/// <summary>The commands that run the server.</summary>
internal static class RoleCommands
{
    /// <summary><c>brokerim embedded</c>: everything in one process.</summary>
    public static Command Embedded()
    {
        var demo = new Option<bool>("--demo")
        {
            Description = "Create the accounts alice, bob and carol (password: demo), and say what to type next.",
        };
        var command = new Command("embedded", "Runs the whole server in one process, with SQLite and an in-process bus.")
        {
            demo, SettingsOptions.Data, SettingsOptions.Config, SettingsOptions.Set,
        };
        command.SetAction((arguments, cancellationToken) => RoleHost.RunAsync(
            "embedded", SettingsOptions.Read(arguments, withData: true), arguments.GetValue(demo), cancellationToken));
        return command;
    }

    /// <summary>One role as a process of its own, on real brokers and a Cassandra that <c>brokerim migrate</c> has prepared.</summary>
    public static Command Role(string name, string description)
    {
        var command = new Command(name, description) { SettingsOptions.Config, SettingsOptions.Set };
        command.SetAction((arguments, cancellationToken) => RoleHost.RunAsync(
            name, SettingsOptions.Read(arguments, withData: false), demo: false, cancellationToken));
        return command;
    }
}
