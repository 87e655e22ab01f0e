using System.CommandLine;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim users</c>: accounts, straight in the directory; the server need not run.</summary>
internal static class UsersCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("users", "Adds, changes and lists accounts. Exit codes: 0 done, 1 something failed, 2 wrong usage.")
        {
            UsersAddCommand.Create(),
            UsersImportCommand.Create(),
            UsersSetCommand.Create(),
            UsersListCommand.Create(),
        };
}
