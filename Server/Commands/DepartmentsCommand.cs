using System.CommandLine;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim departments</c>: straight in the directory; the server need not run.</summary>
internal static class DepartmentsCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("departments", "Lists and changes departments. Exit codes: 0 done, 1 something failed, 2 wrong usage.")
        {
            DepartmentsListCommand.Create(),
            DepartmentsAddCommand.Create(),
            DepartmentsEditCommands.Rename(),
            DepartmentsEditCommands.Move(),
            DepartmentsEditCommands.Delete(),
            DepartmentsEditCommands.Restore(),
        };
}
