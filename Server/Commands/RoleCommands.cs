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
        var command = new Command("embedded", "Runs the whole server in one process, with SQLite and an in-process bus.") { demo };
        var settings = SettingsOptions.AddTo(command);
        command.SetAction((arguments, cancellationToken) => RoleHost.RunAsync(
            "embedded", settings.Read(arguments), arguments.GetValue(demo), cancellationToken));
        return command;
    }

    /// <summary>One role as a process of its own, on real brokers.</summary>
    public static Command Role(string name, string description)
    {
        var command = new Command(name, description);
        var settings = SettingsOptions.AddTo(command, withData: false);
        command.SetAction((arguments, cancellationToken) => RoleHost.RunAsync(
            name, settings.Read(arguments), demo: false, cancellationToken));
        return command;
    }
}
