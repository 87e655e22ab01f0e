using System.CommandLine;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim users</c>: accounts, straight in the directory; the server need not run.</summary>
internal static class UsersCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="services">
    /// Composes the services that hold the user directory, given the folder of <c>--data</c> or null for the default.
    /// </param>
    public static Command Create(Func<string?, IServiceProvider> services) =>
        new("users", "Adds and lists accounts. Exit codes: 0 done, 1 something failed, 2 wrong usage.")
        {
            UsersAddCommand.Create(services),
            UsersImportCommand.Create(services),
            UsersListCommand.Create(services),
        };
}
