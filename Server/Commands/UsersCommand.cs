using System.CommandLine;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim users</c>: accounts, straight in the directory; the server need not run.</summary>
internal static class UsersCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="open">Opens the stores that the settings name.</param>
    public static Command Create(OpenStores open) =>
        new("users", "Adds and lists accounts. Exit codes: 0 done, 1 something failed, 2 wrong usage.")
        {
            UsersAddCommand.Create(open),
            UsersImportCommand.Create(open),
            UsersListCommand.Create(open),
        };
}
