using System.CommandLine;
using BrokerIm.Server.Commands;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Options;

// One executable: every role, and the operator's commands. What a role is made of stands in Hosting/Roles.cs.
var root = new RootCommand("BrokerIm: an instant-messaging server for TeamTalk clients.")
{
    RoleCommands.Embedded(),
    RoleCommands.Role("gateway", "Terminates client connections, authenticates, publishes to the log, delivers to sockets."),
    RoleCommands.Role("persist", "Gives each message its id and stores it. Run as many as you like, up to the partition count."),
    RoleCommands.Role("deliver", "Brings stored messages to the gateways. Run as many as you like, up to the partition count."),
    MigrateCommand.Create(),
    UsersCommand.Create(),
    GroupsCommand.Create(),
    DepartmentsCommand.Create(),
    ImportCommand.Create(),
    BackupCommand.Create(),
    LogCommand.Create(),
    DeadLettersCommand.Create(),
    EraseCommand.Create(),
    VerifyCommand.Create(),
    ChatCommand.Create(),
    SettingsCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new()
    {
        EnableDefaultExceptionHandler = false,

        // A role drains before it ends; how long that may take is for its own settings to say.
        ProcessTerminationTimeout = TimeSpan.FromMinutes(15),
    });
}
catch (SettingsException exception)
{
    return RoleHost.Refuse(exception.Problems);
}
catch (OptionsValidationException exception)
{
    return RoleHost.Refuse(exception.Failures);
}
